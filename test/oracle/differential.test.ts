import { it } from 'node:test'
import { writeFileSync } from 'node:fs'
import { startSignon } from '#test/signon.ts'
import { ask, type Side } from './ask.ts'
import * as all from './cases.ts'
import { startOracle } from './oidc-provider.ts'

const test = await startSignon()
const callback = (host: string) => [`https://${host}.example/auth/gds/callback`]
const applications = {
  usual: await test.application('usual'),
  strict: await test.application('strict', { requiresPkce: true }),
  other: await test.application('other'),
  several: await test.application('several', { redirectUris: [...callback('several'), 'https://several.example/second'] }),
  queries: await test.application('queries', { redirectUris: ['https://queries.example/callback?a=1&b=2'] }),
  loopback: await test.application('loopback', { redirectUris: ['http://127.0.0.1/callback'] }),
}
const user = await test.user('Ada', { uses: Object.values(applications) })
const oracle = await startOracle([
  ...Object.entries(applications).map(([name, { clientId, clientSecret, redirectUri }]) => ({
    clientId, clientSecret, redirectUris: name === 'several' ? [redirectUri, 'https://several.example/second'] : [redirectUri], requiresPkce: name === 'strict',
  })),
])
const ours: Side = {
  url: test.url, applications, needs: {},
  async signedIn() {
    const b = test.browser()
    b.cookies.set('__Host-signon_session', await test.signon.single.sessions.open(user.id, 'full', {}))
    return b
  },
  anonymous: () => test.browser(),
  age: (ms) => test.clock.step(ms),
}
const { TestBrowser } = await import('#test/browser.ts')
const theirs: Side = {
  url: oracle.url, applications, needs: { scope: 'openid' },
  signedIn: oracle.signedIn, anonymous: () => new TestBrowser(oracle.url), age: oracle.age,
}
it('x', async () => {
  const out = []
  for (const [group, cases] of Object.entries(all)) for (const c of cases) {
    const a = await ask(ours, c).catch((e) => `THROWS ${e}`), b = await ask(theirs, c).catch((e) => `THROWS ${e}`)
    out.push({ group, what: c.what, a, b })
    console.log(a === b ? '  ' : '! ', group.slice(0, 6), '|', c.what, '|', a, a === b ? '' : `| ${b}`)
  }
  writeFileSync('/tmp/outcomes.json', JSON.stringify(out))
})
