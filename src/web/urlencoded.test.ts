import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onlyText, parseUrlencoded, strictText } from './urlencoded.ts'

const parsed = (text: string) => {
  const parameters = parseUrlencoded(text)
  return parameters && { ...parameters }
}

describe('form-encoded text', () => {
  it('is read as browsers write it', () => {
    deepEqual(parsed('a=1&b=x+y&c=%C3%BC%20%2B&d=&e&&f=1=2'), {
      a: '1',
      b: 'x y',
      c: 'ü +',
      d: '',
      e: '',
      f: '1=2',
    })
  })

  it('keeps every value of a repeated name', () => {
    deepEqual(parsed('a=1&a=2&a=3'), { a: ['1', '2', '3'] })
  })

  it('takes names like __proto__ for names', () => {
    const parameters = parseUrlencoded('__proto__=x&constructor=y')
    deepEqual(Object.entries(parameters ?? {}), [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  it('is refused when an escape is broken, the text is not UTF-8, or it holds NUL', () => {
    for (const text of [
      'a=%',
      'a=%4',
      'a=%zz',
      'a=%ff',
      'a=%c3%28',
      'a=%ed%a0%80',
      'a=%00',
      'a=\0',
      '%ff=a',
      'a=1&b=%',
    ])
      equal(parseUrlencoded(text), undefined, JSON.stringify(text))
    equal(strictText(Buffer.from([0x61, 0xff])), undefined)
    equal(strictText(Buffer.from('ü')), 'ü')
  })

  it('gives a parameter only when it came once, as text', () => {
    equal(onlyText({ a: 'x' }, 'a'), 'x')
    for (const body of [{ a: ['x', 'y'] }, { a: 1 }, { a: { b: 'x' } }, {}, null, undefined, 'a', ['a']])
      equal(onlyText(body, 'a'), undefined)
  })
})
