import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { comparableUri, matchesAny, redirectUriFault, withParameters } from './redirect-uri.ts'

describe('a redirect address', () => {
  // reference/oauth-and-apis.md 7
  for (const [registered, sent, matches] of [
    ['https://app.com/callback', 'https://app.com/callback', true],
    ['https://app.com/callback', 'https://APP.com:443/callback', true],
    ['https://app.com/callback', 'https://app.com/callback?code=x&state=y', true],
    ['https://app.com/callback?a=1&b=2', 'https://app.com/callback?b=2&a=1', true],
    ['https://app.com/callback?a=1', 'https://app.com/callback', false],
    ['https://app.com/callback?a=1', 'https://app.com/callback?a=1&b=2', false],
    ['https://app.com/callback', 'https://app.com/callback/', false],
    ['https://app.com/callback', 'https://app.com/Callback', false],
    ['https://app.com/callback', 'https://app.com/callback#x', false],
    ['https://app.com', 'https://app.com/', true],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb', true],
    ['http://[::1]/cb', 'http://[::1]:51004/cb', true],
    ['http://localhost/cb', 'http://localhost:51004/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.2:80/cb', false],
    ['http://127.0.0.1/cb', 'https://127.0.0.1/cb', false],
    ['http://127.0.0.1.evil.example/cb', 'http://127.0.0.1.evil.example:81/cb', false],
    ['https://app.com:8443/cb', 'https://app.com:08443/cb', true],
    ['https://app.com:8443/cb', 'https://app.com/cb', false],
  ] as const)
    it(`${sent} ${matches ? 'matches' : 'does not match'} ${registered}`, () => {
      equal(matchesAny([registered], sent), matches)
    })

  it('matches any of several', () => {
    equal(matchesAny(['https://a.com/x', 'https://b.com/y'], 'https://b.com/y'), true)
    equal(matchesAny([], 'https://b.com/y'), false)
  })

  it('compares what an application was called back at with what it asked for', () => {
    deepEqual(comparableUri('https://APP.com/cb?state=s&b=2&code=c&a=1'), {
      base: 'https://app.com:443/cb',
      query: 'a=1&b=2',
    })
    deepEqual(comparableUri('https://app.com/cb?code=c'), { base: 'https://app.com:443/cb', query: null })
    equal(comparableUri('https://app.com/cb#x'), undefined)
  })

  it('gets its parameters added, form-encoded, over those of the same name', () => {
    equal(withParameters('https://a.com/cb', { code: 'c', state: undefined }), 'https://a.com/cb?code=c')
    equal(
      withParameters('https://a.com/cb?x=1&code=old&%63ode=old', { code: 'a b' }),
      'https://a.com/cb?x=1&code=a+b',
    )
    equal(withParameters('https://a.com/cb?x=1', { code: 'c' }, 'fragment'), 'https://a.com/cb?x=1#code=c')
  })

  it('is refused for registration, and told why, when it is none', () => {
    const strict = { allowHttp: false }
    for (const bad of [
      '',
      'https://a.com/#x',
      'localhost:3000/x',
      '/x',
      'a.com/x',
      'javascript:alert(1)',
      'ftp://a.com/',
      'https://',
      'https://u@a.com/',
      'http://a.com/',
    ])
      equal(typeof redirectUriFault(bad, strict), 'string', bad)
    for (const good of [
      'https://a.com/cb',
      'https://a.com',
      'https://a.com:8443/cb?x=1',
      'http://127.0.0.1:3000/cb',
    ])
      equal(redirectUriFault(good, strict), undefined, good)
    equal(redirectUriFault('http://a.com/', { allowHttp: true }), undefined)
  })
})
