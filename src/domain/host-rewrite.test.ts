import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HostRewrite, hostRewrite, rewriteHost } from './host-rewrite.ts'

const rules = (...written: readonly string[]): readonly HostRewrite[] =>
  written.flatMap((one) => hostRewrite(one) ?? [])

describe('rewriting the host of an address', () => {
  it('looks at the host and at nothing else', () => {
    const one = rules('gov.uk=staging.gov.uk')
    const table: readonly (readonly [string, string, boolean])[] = [
      ['https://gov.uk', 'https://staging.gov.uk', true],
      ['https://app.gov.uk/gov.uk?gov.uk#gov.uk', 'https://app.staging.gov.uk/gov.uk?gov.uk#gov.uk', true],
      ['HTTPS://App.GOV.uk:8443/x', 'HTTPS://app.staging.gov.uk:8443/x', true],
      ['https://app.staging.gov.uk/cb', 'https://app.staging.gov.uk/cb', true],
      ['https://bgov.uk/', 'https://bgov.uk/', false],
      ['https://gov.uk.example/', 'https://gov.uk.example/', false],
      ['https://example.com/gov.uk', 'https://example.com/gov.uk', false],
      ['https://gov.uk@evil.example/', 'https://gov.uk@evil.example/', false],
      ['https://evil.example\\.gov.uk/', 'https://evil.example\\.gov.uk/', false],
      ['javascript:alert("gov.uk")', 'javascript:alert("gov.uk")', false],
      ['https://[::1]/gov.uk', 'https://[::1]/gov.uk', false],
      ['', '', false],
    ]
    for (const [uri, expected, isMatched] of table)
      deepEqual(rewriteHost(uri, one), { uri: expected, isMatched }, uri)
  })

  it('goes by the rule of the longest domain, once, in either direction', () => {
    const several = rules('gov.uk=a.example', 'publishing.gov.uk=b.example', 'b.example=c.example')
    equal(rewriteHost('https://x.publishing.gov.uk/', several).uri, 'https://x.b.example/')
    equal(rewriteHost('https://x.gov.uk/', several).uri, 'https://x.a.example/')
    equal(rewriteHost('https://x.a.example/', several).isMatched, true)
    const shorter = rules('staging.gov.uk=gov.uk')
    equal(rewriteHost('https://x.staging.gov.uk/', shorter).uri, 'https://x.gov.uk/')
    deepEqual(rewriteHost('https://x.gov.uk/', shorter), { uri: 'https://x.gov.uk/', isMatched: true })
  })

  it('takes two domains for a rule and nothing else', () => {
    deepEqual(hostRewrite(' Gov.uk=Staging.gov.uk '), { from: 'gov.uk', to: 'staging.gov.uk' })
    for (const written of [
      '',
      'gov.uk',
      '=',
      'a=',
      '=b',
      'a=b=c',
      'https://a=b',
      'a=b/c',
      'a=b:1',
      'a b=c',
      '.a=b',
      'a=-b',
      'a..b=c',
    ])
      equal(hostRewrite(written), undefined, written)
  })
})
