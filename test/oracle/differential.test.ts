import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { TestBrowser } from '#test/browser.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { ask } from './ask.ts'
import { differences } from './differences.ts'
import { differencesDocument } from './document.ts'
import type { Side } from './hand.ts'
import { startOracle } from './oidc-provider.ts'
import type { ApplicationName } from './request.ts'

const registered = {
  usual: { redirectUris: ['https://usual.example/auth/gds/callback'] },
  strict: { redirectUris: ['https://strict.example/auth/gds/callback'], requiresPkce: true },
  other: { redirectUris: ['https://other.example/auth/gds/callback'] },
  several: { redirectUris: ['https://several.example/first', 'https://several.example/second'] },
  queries: { redirectUris: ['https://queries.example/callback?a=1&b=2'] },
  loopback: { redirectUris: ['http://127.0.0.1/callback'] },
} as const satisfies Record<ApplicationName, { redirectUris: readonly string[]; requiresPkce?: boolean }>

const test = await startSignon()
const entries = await Promise.all(
  Object.entries(registered).map(
    async ([name, options]) => [name, await test.application(name, options)] as const,
  ),
)
const applications = Object.fromEntries(entries) as Record<ApplicationName, TestApplication>
const oracle = await startOracle(
  entries.map(([name, { clientId, clientSecret }]) => ({
    clientId,
    clientSecret,
    requiresPkce: false,
    ...registered[name as ApplicationName],
  })),
)
const signedIn = await oracle.signedIn()
const ada = await test.user('Ada', { uses: Object.values(applications) })

const signon: Side = {
  url: test.url,
  applications,
  needs: {},
  async signedIn() {
    const browser = test.browser()
    browser.cookies.set('__Host-signon_session', await test.signon.single.sessions.open(ada.id, 'full', {}))
    return browser
  },
  anonymous: () => test.browser(),
  age: test.clock.step,
}
const oidcProvider: Side = {
  url: oracle.url,
  applications,
  needs: { scope: 'openid' },
  signedIn: async () => signedIn,
  anonymous: () => new TestBrowser(oracle.url),
  age: oracle.age,
}

describe('Signon and oidc-provider', () => {
  for (const difference of differences)
    it(`answer, at ${difference.at}, ${difference.what}`, async () => {
      const expected =
        'both' in difference
          ? [difference.both, difference.both]
          : [difference.signon, difference.oidcProvider]
      deepEqual(await Promise.all([ask(signon, difference), ask(oidcProvider, difference)]), expected)
    })
})

describe('the table of differences', () => {
  it('explains every difference by a clause, a contract check or the reference', () => {
    for (const difference of differences) {
      if ('both' in difference) continue
      notEqual(difference.signon, difference.oidcProvider, difference.what)
      match(difference.because, /RFC \d{4}|§|CC-\d|`reference\//, difference.what)
    }
  })

  it('asks nothing twice', () => {
    const questions = differences.map(({ at, what }) => `${at}: ${what}`)
    deepEqual(questions, [...new Set(questions)])
  })

  it('is what docs/protocol-differences.md says', () => {
    const file = join(import.meta.dirname, '..', '..', 'docs', 'protocol-differences.md')
    const made = differencesDocument(differences)
    if (process.env['WRITE_DOCS']) writeFileSync(file, made)
    equal(
      readFileSync(file, 'utf8'),
      made,
      'It has drifted. WRITE_DOCS=1 npm test -- test/oracle/differential.test.ts',
    )
  })
})
