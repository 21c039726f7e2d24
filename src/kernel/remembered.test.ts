import { equal, notEqual, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rememberedFor, rememberedJson } from './remembered.ts'

describe('what is remembered', () => {
  it('of an object is made once, even where nothing is made of it', () => {
    let made = 0
    const nothingOf = rememberedFor((_: object) => {
      made += 1
      return undefined
    })
    const [one, another] = [{}, {}]
    for (const given of [one, another, one, another]) nothingOf(given)
    equal(made, 2)
  })

  it('of JSON are the last few texts: the same text is the same object', () => {
    const meant = rememberedJson<readonly number[]>()
    const first = meant('[0]')
    for (const text of ['[1]', '[2]', '[3]']) meant(text)
    equal(meant('[0]'), first)
    for (const text of ['[4]', '[5]', '[6]', '[7]']) meant(text)
    const anew = meant('[0]')
    notEqual(anew, first)
    equal(anew.join(), '0')
  })

  it('is nothing that cannot be read', () => {
    const meant = rememberedJson<object>()
    for (let times = 0; times < 2; times += 1) throws(() => meant('[1'), SyntaxError)
  })
})
