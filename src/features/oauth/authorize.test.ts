import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { minute } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { clock, signon } = test
const application = await test.application('App A', { redirectUris: ['https://a.example/auth/gds/callback'] })
const client = testClient(test.url, application)

const signedIn = async (
  name: string,
  uses: readonly TestApplication[] = [application],
): Promise<TestBrowser> => {
  const user = await test.user(name, { uses })
  const browser = test.browser()
  await browser.signIn(user.email)
  return browser
}
const remembered = (code: string, ...more: readonly string[]): Promise<readonly object[]> =>
  test.rows(
    `select ${['scope', 'nonce', ...more].join()} from authorizations where code_hash = sha256(convert_to($1, 'UTF8'))`,
    [code],
  )
const codes = async (): Promise<number> =>
  Number((await test.rows<{ count: string }>('select count(*) from authorizations'))[0]?.count)

describe('asking for a code', () => {
  it('CC-1 answers with a code and the state, unchanged', async () => {
    const { status, location } = await (await signedIn('One')).get(client.authorizePath())
    equal(status, 302)
    match(
      location,
      new RegExp(`^https://a\\.example/auth/gds/callback\\?code=[A-Za-z0-9_-]{43}&state=${client.state}$`),
    )
  })

  it('CC-2 works without a challenge for applications that need none', async () => {
    const { location } = await (await signedIn('Two')).get(
      client.authorizePath({ code_challenge: undefined, code_challenge_method: undefined }),
    )
    match(location, /^https:\/\/a\.example\/auth\/gds\/callback\?code=/)
  })

  it('CC-3 answers with the code alone when there was no state', async () => {
    const { location } = await (await signedIn('Three')).get(client.authorizePath({ state: undefined }))
    deepEqual([...new URL(location).searchParams.keys()], ['code'])
  })

  it('CC-4 sends an anonymous browser to sign in, and on without further clicks', async () => {
    const user = await test.user('Four', { uses: [application] })
    const browser = test.browser()
    const path = client.authorizePath()
    equal((await browser.get(path)).location, '/users/sign_in')
    const after = await browser.signIn(user.email)
    equal(after.location, path)
    match((await browser.get(after.location)).location, /^https:\/\/a\.example\/auth\/gds\/callback\?code=/)
  })

  it('CC-5 sends a session that has passed only the password to the second step, and stores nothing', async () => {
    const user = await test.user('Five', { uses: [application] })
    const browser = test.browser()
    browser.cookies.set('__Host-signon_session', await signon.single.sessions.open(user.id, 'password', {}))
    const countBefore = await codes()
    equal((await browser.get(client.authorizePath())).location, '/users/two_step_verification_session/new')
    equal(await codes(), countBefore)
    equal(decodeURIComponent(browser.cookies.get('__Host-signon_return') ?? ''), client.authorizePath())
  })

  it('CC-6 sends a person who must set up 2-step verification to do so, and stores nothing', async () => {
    const user = await test.user('Six', { role: 'admin', uses: [application] })
    const browser = test.browser()
    await browser.signIn(user.email)
    const countBefore = await codes()
    equal((await browser.get(client.authorizePath())).location, '/account/two_step_verification/prompt')
    equal(await codes(), countBefore)
    equal(decodeURIComponent(browser.cookies.get('__Host-signon_return') ?? ''), client.authorizePath())
  })

  it('CC-7 sends a person without signin away, to a page that names the application once, and stores nothing', async () => {
    const browser = await signedIn('Seven', [])
    const countBefore = await codes()
    const { status, location } = await browser.get(client.authorizePath())
    deepEqual([status, location], [302, '/signin-required'])
    match((await browser.get(location)).text, /You don’t have permission to sign in to App A\./)
    match((await browser.get(location)).text, /You don’t have permission to use this app\./)
    equal(await codes(), countBefore)
    const [user] = await test.rows<{ uid: string }>(`select uid from users where name = 'Seven'`)
    deepEqual(await test.events(user?.uid), [11, 50])
  })

  it('CC-8 redirects to no address that is not registered, and for no client that is unknown or retired', async () => {
    const browser = await signedIn('Eight')
    const retired = await test.application('Retired')
    await signon.transaction((work) => work.applications.retire(retired.id))
    const countBefore = await codes()
    for (const changes of [
      { client_id: 'unknown' },
      { client_id: undefined },
      { client_id: retired.clientId, redirect_uri: retired.redirectUri },
      { redirect_uri: undefined },
      { redirect_uri: 'https://evil.example/auth/gds/callback' },
    ]) {
      const answer = await browser.get(client.authorizePath(changes))
      deepEqual([answer.status, answer.location], [400, ''], JSON.stringify(changes))
    }
    equal(await codes(), countBefore)
  })

  it('CC-9 never asks for consent', async () => {
    const browser = await signedIn('Nine')
    for (let time = 0; time < 2; time += 1) equal((await browser.get(client.authorizePath())).status, 302)
  })

  it('CC-10 works while the session has been idle for less than 30 minutes, and starts that time again', async () => {
    const browser = await signedIn('Ten')
    for (let time = 0; time < 3; time += 1) {
      clock.step(30 * minute - 1)
      match((await browser.get(client.authorizePath())).location, /code=/)
    }
    clock.step(30 * minute)
    equal((await browser.get(client.authorizePath())).location, '/users/sign_in')
  })

  it('CC-10 counts a request that is refused as use, too', async () => {
    const browser = await signedIn('Ten again')
    for (const changes of [{ client_id: 'unknown' }, { response_type: 'token' }, {}]) {
      clock.step(30 * minute - 1)
      notEqual((await browser.get(client.authorizePath(changes))).location, '/users/sign_in')
    }
  })

  it('CC-11 accepts an extra query on the address, and keeps it', async () => {
    const browser = await signedIn('Eleven')
    const { location } = await browser.get(
      client.authorizePath({ redirect_uri: `${application.redirectUri}?x=1&code=old&y=a%20b` }),
    )
    match(location, /^https:\/\/a\.example\/auth\/gds\/callback\?x=1&y=a%20b&code=[A-Za-z0-9_-]{43}&state=/)
  })

  for (const [what, changes, error] of [
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope', { scope: 'write' }, 'invalid_scope'],
    ['a scope beside those of OpenID Connect', { scope: 'openid everything' }, 'invalid_scope'],
    ['response_mode=form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without its method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'short' }, 'invalid_request'],
  ] as const)
    it(`CC-12 tells the application of ${what}, and issues nothing`, async () => {
      const browser = await signedIn(`Twelve ${what}`)
      const countBefore = await codes()
      const { status, location } = await browser.get(client.authorizePath(changes))
      const back = new URL(location)
      equal(status, 302)
      equal(back.origin + back.pathname, application.redirectUri)
      deepEqual([...back.searchParams.keys()], ['error', 'error_description', 'state', 'iss'])
      equal(back.searchParams.get('error'), error)
      equal(back.searchParams.get('state'), client.state)
      equal(back.searchParams.get('iss'), test.issuer)
      equal(await codes(), countBefore)
    })

  it('CC-12 passes over the words of OpenID Connect, which is not offered yet, but remembers them', async () => {
    const browser = await signedIn('Open')
    // The second address is not registered letter by letter, so its code is begun in a statement of its own.
    for (const redirect_uri of [application.redirectUri, `${application.redirectUri}?x=1`]) {
      const code = await client.codeFor(browser, {
        redirect_uri,
        scope: ' email  openid offline_access openid',
      })
      deepEqual(await remembered(code), [{ scope: 'openid email offline_access', nonce: null }])
    }
  })

  it('takes a blank scope, and a response in the fragment', async () => {
    const browser = await signedIn('Fragment')
    match((await browser.get(client.authorizePath({ scope: ' ' }))).location, /\?code=/)
    match(
      (await browser.get(client.authorizePath({ response_mode: 'fragment' }))).location,
      /callback#code=[^&]+&state=/,
    )
  })

  it('insists on a challenge for an application that must send one', async () => {
    const strict = await test.application('Strict', { requiresPkce: true })
    const browser = await signedIn('Strict one', [strict])
    const own = testClient(test.url, strict)
    match(
      (await browser.get(own.authorizePath({ code_challenge: undefined, code_challenge_method: undefined })))
        .location,
      /error=invalid_request/,
    )
    match((await browser.get(own.authorizePath())).location, /code=/)
  })

  it('CC-13 has no POST and no DELETE', async () => {
    const browser = await signedIn('Thirteen')
    for (const method of ['POST', 'DELETE'])
      equal((await browser.send(client.authorizePath(), { method })).status, 404)
  })

  it('issues nothing for a HEAD request', async () => {
    const browser = await signedIn('Head')
    const countBefore = await codes()
    await browser.send(client.authorizePath(), { method: 'HEAD' })
    equal(await codes(), countBefore)
  })

  it('CC-14 answers with an absolute address whose query is form-encoded', async () => {
    const browser = await signedIn('Fourteen')
    const { location } = await browser.get(client.authorizePath({ state: 'a b&c=ü' }))
    match(location, /^https:\/\//)
    ok(location.endsWith('&state=a+b%26c%3D%C3%BC'))
  })

  it('takes repeated parameters for an error, never for a choice', async () => {
    const browser = await signedIn('Repeated')
    for (const again of ['state=other', 'state[]=other', 'scope[]=x', 'code_challenge[a]=x', 'nonce%5B%5D=x'])
      match(
        (await browser.get(`${client.authorizePath()}&${again}`)).location,
        /error=invalid_request/,
        again,
      )
    for (const again of [
      `client_id=${application.clientId}`,
      'client_id[]=x',
      `redirect_uri=${encodeURIComponent(application.redirectUri)}`,
      'redirect_uri%5Ba%5D=x',
    ])
      deepEqual((await browser.get(`${client.authorizePath()}&${again}`)).status, 400)
  })

  it('keeps a code only as a hash, with what a later OpenID Connect will need', async () => {
    const browser = await signedIn('Hashed')
    const signedInAt = clock.now()
    clock.step(minute)
    for (const redirect_uri of [application.redirectUri, `${application.redirectUri}?x=1`]) {
      const code = await client.codeFor(browser, { redirect_uri, nonce: 'n-1' })
      deepEqual(await remembered(code, 'authenticated_at'), [
        { scope: '', nonce: 'n-1', authenticated_at: signedInAt },
      ])
    }
  })
})

describe('an address that is not registered', () => {
  let browser = test.browser()
  before(async () => {
    browser = await signedIn('Tricked')
  })
  const registered = application.redirectUri
  for (const sent of [
    `${registered}/`,
    `${registered}/..`,
    `${registered}x`,
    `${registered}#fragment`,
    `${registered}%2f`,
    `${registered}/%2e%2e/x`,
    'https://a.example/auth/gds/%63allback',
    'https://a.example/auth/gds/x/../callback',
    'https://a.example/Auth/gds/callback',
    'http://a.example/auth/gds/callback',
    'https://a.example:444/auth/gds/callback',
    'https://a.example.evil.example/auth/gds/callback',
    'https://evil.example/https://a.example/auth/gds/callback',
    'https://a.example@evil.example/auth/gds/callback',
    'https://user:pass@a.example/auth/gds/callback',
    'https://evil.example\\@a.example/auth/gds/callback',
    'https:\\\\a.example\\auth\\gds\\callback',
    'https://a.example\\.evil.example/auth/gds/callback',
    'https:/a.example/auth/gds/callback',
    'https:a.example/auth/gds/callback',
    '//a.example/auth/gds/callback',
    '/auth/gds/callback',
    'javascript:alert(1)//a.example/auth/gds/callback',
    'data:text/html,https://a.example/auth/gds/callback',
    ` ${registered}`,
    `${registered}\n`,
    `${registered}\t`,
    'https://a.example/auth\n/gds/callback',
    'https://a%2eexample/auth/gds/callback',
    'https://a。example/auth/gds/callback',
    'https://ａ.example/auth/gds/callback',
    'https://a.example./auth/gds/callback',
    `${registered}\u0000`,
    `${registered}?x=\\evil`,
    `https://a.example/auth/gds/callback;x`,
  ])
    it(`refuses ${JSON.stringify(sent)}`, async () => {
      const answer = await browser.get(client.authorizePath({ redirect_uri: sent }))
      deepEqual([answer.status, answer.location], [400, ''])
    })

  for (const [sent, goesTo] of [
    ['https://A.EXAMPLE/auth/gds/callback', 'https://a.example/auth/gds/callback'],
    ['https://a.example:443/auth/gds/callback', 'https://a.example/auth/gds/callback'],
    ['HTTPS://a.example/auth/gds/callback', 'https://a.example/auth/gds/callback'],
  ] as const)
    it(`takes ${sent} for the registered one`, async () => {
      const { location } = await browser.get(client.authorizePath({ redirect_uri: sent }))
      const { origin, pathname } = new URL(location)
      equal(origin + pathname, goesTo)
    })
})
