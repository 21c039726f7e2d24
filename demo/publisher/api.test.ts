import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ada, newHouse, pusher } from './test-house.ts'

const user = (uid: string) => `/auth/gds/api/users/${encodeURIComponent(uid)}`

describe('Signon telling Demo Publisher', () => {
  it('that someone must authenticate again ends their sessions, until they have', async (test) => {
    const { signon, browser, call } = await newHouse(test)
    const person = browser()
    await person.visit('/')
    signon.tokens.set('push', pusher)

    const pushed = await call('POST', `${user(ada.uid)}/reauth`, 'push', '{}')
    equal(pushed.status, 200)
    match(pushed.headers.get('content-type') ?? '', /^text\/plain/)
    equal(await pushed.text(), '')

    equal((await person.get('/')).location, '/auth/gds')
    equal((await person.visit('/me')).status, 200)
    equal((await call('POST', `${user('nobody')}/reauth`, 'push', '{}')).status, 200)
  })

  it('of new permissions changes what they may do at once', async (test) => {
    const { signon, browser, call } = await newHouse(test)
    const person = browser()
    await person.visit('/')
    signon.tokens.set('push', pusher)

    const changed = { ...ada, name: 'Ada Pell-Moss', permissions: ['signin'], disabled: null }
    const pushed = await call('PUT', user(ada.uid), 'push', JSON.stringify({ user: changed, more: 1 }))
    deepEqual([pushed.status, await pushed.text()], [200, ''])

    match((await person.get('/me')).text, /Ada Pell-Moss/)
    const refused = await person.get('/documents/new')
    equal(refused.status, 403)
    match(refused.text, /Sorry, you don(&#39;|')t seem to have the write permission for this app\./)
    match(refused.text, /href="\/auth\/gds\/sign_out">Sign out</)
  })

  it('of someone it knows under another uid takes the record over by email', async (test) => {
    const { signon, browser, call } = await newHouse(test)
    const person = browser()
    await person.visit('/')
    signon.tokens.set('push', pusher)
    await call('PUT', user('path-is-ignored'), 'push', JSON.stringify({ user: { ...ada, uid: 'new' } }))
    equal((await person.get('/')).location, '/auth/gds')
  })

  it('is refused without a token, with a bad one, and without the permission', async (test) => {
    const { signon, call } = await newHouse(test)
    signon.tokens.set('ordinary', ada)
    for (const [method, path] of [
      ['PUT', user(ada.uid)],
      ['POST', `${user(ada.uid)}/reauth`],
    ] as const) {
      const none = await call(method, path, null, '{}')
      equal(none.status, 401)
      equal(none.headers.get('www-authenticate'), 'Bearer error="invalid_request"')
      deepEqual(await none.json(), { message: 'No bearer token was provided' })

      const bad = await call(method, path, 'made-up', '{}')
      equal(bad.status, 401)
      equal(bad.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
      deepEqual(await bad.json(), { message: 'Bearer token does not appear to be valid' })

      const ordinary = await call(method, path, 'ordinary', '{}')
      equal(ordinary.status, 403)
      const message = "Sorry, you don't seem to have the user_update_permission permission for this app."
      deepEqual(await ordinary.json(), { message })
    }
  })

  it('of nobody, or not in JSON, is a 500', async (test) => {
    const { signon, call } = await newHouse(test)
    signon.tokens.set('push', pusher)
    for (const body of ['{}', '{"user":null}', '{"user":{"name":"No uid"}}', 'user', undefined])
      equal((await call('PUT', user(ada.uid), 'push', body)).status, 500, body)
    equal((await call('POST', `${user(ada.uid)}/reauth`, 'push', 'not JSON')).status, 200)
  })
})

describe('The API of Demo Publisher', () => {
  it('lists documents for a bearer token, and for nothing else', async (test) => {
    const { url, signon, call, browser } = await newHouse(test)
    signon.tokens.set('machine', pusher)
    const listed = await call('GET', '/api/documents', 'machine')
    equal(listed.status, 200)
    const [first] = Object(await listed.json()).documents
    deepEqual(first, {
      id: '4',
      title: 'Annual report on school meals, 2025 to 2026',
      status: 'draft',
      last_edited_by: 'Ruth Okonkwo-Hale',
      last_edited_at: '2026-03-09T13:30:00.000Z',
      url: `${url}/documents/4`,
    })

    const person = browser()
    await person.visit('/')
    equal((await person.get('/api/documents')).status, 401)
  })

  it('asks Signon about a token once in 300 seconds', async (test) => {
    const { signon, step, call } = await newHouse(test)
    const statusAfter = async (seconds: number) => {
      step(seconds)
      return (await call('GET', '/api/documents', 'machine')).status
    }
    equal(await statusAfter(0), 401)
    signon.tokens.set('machine', pusher)
    equal(await statusAfter(0), 200)
    signon.tokens.delete('machine')
    equal(await statusAfter(299), 200)
    equal(signon.profileRequests, 2)
    equal(await statusAfter(1), 401)
    equal(signon.profileRequests, 3)
    deepEqual(signon.refused, [])
  })

  it('forgets by token whether somebody is disabled, as the library does', async (test) => {
    const { signon, call, browser } = await newHouse(test)
    const person = browser()
    match((await person.visit('/me')).text, /Disabled\s*<\/dt>\s*<dd[^>]*>\s*No\s/)
    signon.tokens.set('machine', ada)
    await call('GET', '/api/documents', 'machine')
    match((await person.visit('/me')).text, /Disabled\s*<\/dt>\s*<dd[^>]*>\s*Not said\s/)
  })

  it('answers 500 while Signon cannot be reached', async (test) => {
    const { call } = await newHouse(test, { signonInternalUrl: 'http://127.0.0.1:1' })
    equal((await call('GET', '/api/documents', 'machine')).status, 500)
  })
})
