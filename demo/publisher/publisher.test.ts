import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { uidIn } from './sessions.ts'
import { ada, newHouse } from './test-house.ts'

const failure = (message: string) => `/auth/failure?message=${message}&strategy=gds`
const hours = 3600

describe('Signing in to Demo Publisher', () => {
  it('goes through Signon and comes back to the page that was asked for', async (test) => {
    const { url, signon, browser } = await newHouse(test)
    const person = browser()

    const first = await person.get('/me?from=mail')
    equal(first.status, 302)
    equal(first.location, '/auth/gds')
    match(first.cookie, /^demo_publisher_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)

    const account = await person.visit('/auth/gds')
    equal(account.url, `${url}/me?from=mail`)
    for (const fact of ['Ada Pell', ada.email, ada.uid, 'cabinet-office', 'publish', 'signin', 'write'])
      ok(account.text.includes(fact), fact)
    deepEqual(signon.refused, [])
  })

  it('gives the browser another session id', async (test) => {
    const person = (await newHouse(test)).browser()
    const before = await person.get('/')
    const authorize = await person.get('/auth/gds')
    const callback = await person.get((await person.get(authorize.location)).location)
    equal(callback.status, 302)
    equal(callback.location, '/')
    match(callback.cookie, /^demo_publisher_session=[\w-]{43};/)
    notEqual(callback.cookie, before.cookie)
  })

  it('appends the query of /auth/gds to the redirect URI, and keeps it to the token request', async (test) => {
    const { url, signon, browser } = await newHouse(test)
    const person = browser()
    const { location } = await person.get('/auth/gds?x=1')
    equal(new URL(location).searchParams.get('redirect_uri'), `${url}/auth/gds/callback?x=1`)
    equal((await person.visit(location)).status, 200)
    deepEqual(signon.refused, [])
  })

  it('starts by POST too', async (test) => {
    const { signon, browser } = await newHouse(test)
    const person = browser()
    const started = await person.send(await person.get('/auth/failure'), '/auth/gds', {})
    ok(started.location.startsWith(`${signon.url}/oauth/authorize?`))
  })

  it('remembers neither paths beyond 2,048 bytes nor forms', async (test) => {
    const { url, browser } = await newHouse(test)
    const longest = `/me?${'x'.repeat(2044)}`
    equal((await browser().visit(longest)).url, url + longest)
    equal((await browser().visit(`${longest}y`)).url, `${url}/`)

    const person = browser()
    const sent = await person.send(await person.get('/me'), '/documents', { title: 'Lost' })
    equal(sent.location, '/auth/gds')
    equal((await person.visit('/auth/gds')).url, `${url}/`)
  })

  it('uses a refreshed token when the first is expired on arrival', async (test) => {
    const { signon, browser } = await newHouse(test)
    signon.tokenExtras = { expires_in: 0, refresh_token: 'again' }
    equal((await browser().visit('/me')).status, 200)
    deepEqual(signon.refused, [])
    equal(signon.tokens.size, 2)
  })

  it('makes nothing of an id_token, but says that one came', async (test) => {
    const { signon, log, browser } = await newHouse(test)
    signon.tokenExtras = { id_token: 'e30.e30.' }
    equal((await browser().visit('/me')).status, 200)
    match(log.join('\n'), /id_token/)
  })
})

describe('Sign-in that fails', () => {
  it('with another state, or none, or a second time, is csrf_detected', async (test) => {
    const person = (await newHouse(test)).browser()
    const { location } = await person.get((await person.get('/auth/gds')).location)
    const used = new URL(location)
    const forged = new URL(location)
    forged.searchParams.set('state', 'f'.repeat(48))

    equal((await person.get(forged.href)).location, failure('csrf_detected'))
    equal((await person.get(used.href)).location, failure('csrf_detected'))
    equal((await person.get('/auth/gds/callback?code=x')).location, failure('csrf_detected'))
    match((await person.visit('/auth/failure')).text, /There was a problem logging you into the application/)
  })

  it('with an error of Signon’s passes it on', async (test) => {
    const { signon, browser } = await newHouse(test)
    signon.refusal = 'access_denied'
    const person = browser()
    const { location } = await person.get((await person.get('/auth/gds')).location)
    equal((await person.get(location)).location, failure('access_denied'))
  })

  it('with the wrong secret is invalid_credentials', async (test) => {
    const { url, browser } = await newHouse(test, { clientSecret: 'another' })
    equal((await browser().visit('/')).url, url + failure('invalid_credentials'))
  })

  it('says whether Signon was silent or its name unknown', async (test) => {
    const silent = await newHouse(test, { signonInternalUrl: 'http://127.0.0.1:1' })
    equal((await silent.browser().visit('/')).url, silent.url + failure('timeout'))
    const unknown = await newHouse(test, { signonInternalUrl: 'http://signon.invalid' })
    equal((await unknown.browser().visit('/')).url, unknown.url + failure('failed_to_connect'))
  })
})

describe('A session of Demo Publisher', () => {
  it('lasts 20 hours', async (test) => {
    const { step, browser } = await newHouse(test)
    const person = browser()
    await person.visit('/')
    step(20 * hours - 1)
    equal((await person.get('/')).status, 200)
    step(1)
    equal((await person.get('/')).location, '/auth/gds')
    equal((await person.visit('/')).status, 200)
  })

  it('is refused in older formats', () => {
    const now = new Date('2026-03-14T09:00:00Z')
    const session = { id: '', csrfToken: '', returnTo: null, attempt: null, notice: null }
    const uidOf = (...signedIn: string[]) => uidIn({ ...session, signedIn }, now)
    equal(uidOf('ada', '2026-03-14T08:00:00.000Z'), 'ada')
    deepEqual([uidOf(), uidOf('ada'), uidOf('ada', 'yesterday')], [null, null, null])
  })

  it('ends with sign-out, which leads to Signon’s', async (test) => {
    const { signon, browser } = await newHouse(test)
    const person = browser()
    await person.visit('/')
    equal((await person.get('/auth/gds/sign_out')).location, `${signon.url}/users/sign_out`)
    equal((await person.get('/')).location, '/auth/gds')
  })
})
