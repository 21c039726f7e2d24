import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { testClient } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0'
const from = { address: '2001:db8::8:800:200c:417a', userAgent: firefox }
const actor = await test.user('Sue', { role: 'superadmin', twoStep: true })
const sue = await test.signedIn(actor)

const sessionsOf = ({ id }: User) => signon.single.sessionList.sessions(id)
const browsersOf = ({ id }: User) => signon.single.sessionList.browsers(id)
const listOf = ({ id }: User) => `/users/${id}/sessions`

describe('the sessions of somebody', () => {
  it('are shown with when, where, device and how', async () => {
    const ada = await test.user('Ada')
    match((await sue.get(listOf(ada))).text, /Not signed in to Signon anywhere/)
    await signon.single.sessions.open(ada.id, 'full', from, 'passkey')
    await signon.single.rememberedBrowsers.remember(ada.id, { ...from, address: '192.0.2.7' })
    const { text } = await sue.get(listOf(ada))
    match(text, /<h1[^>]*>Where Ada is signed in<\/h1>/)
    for (const words of [
      /Firefox on Windows/,
      /IP address\s*<\/dt>\s*<dd[^>]*>\s*2001:db8::8:800:200c:417a/,
      /9:30am, 2 Nov 2026/,
      /Passkey/,
      /192\.0\.2\.7/,
    ])
      match(text, words)
    doesNotMatch(text, /name="was"/)
  })

  it('end everywhere at once: here, in remembered browsers, and in applications', async () => {
    const whitehall = await test.application('Whitehall')
    const ben = await test.user('Ben', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(ben.email)
    await signon.single.rememberedBrowsers.remember(ben.id, from)
    const client = testClient(test.url, whitehall)
    const { body } = await client.exchange(await client.codeFor(browser))
    const before = await test.jobs()

    const { status, location } = await sue.post(`/users/${ben.id}/sessions/end_all`, {}, listOf(ben))
    deepEqual([status, location], [303, `/users/${ben.id}/edit`])
    match((await sue.get(location)).text, /Ben has been signed out everywhere/)
    equal((await browser.get('/')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /You have been signed out\. Sign in again/)
    deepEqual([await sessionsOf(ben), await browsersOf(ben)], [[], []])
    equal((await client.userInfo(String(body['access_token']))).status, 401)
    equal((await client.refresh(String(body['refresh_token']))).status, 400)
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
    const [event] = await test.rows(
      'select number, actor_id from events where about_uid = $1 order by id desc limit 1',
      [ben.uid],
    )
    deepEqual(event, { number: 67, actor_id: actor.id })
    equal((await test.browser().signIn(ben.email)).location, '/')
  })

  it('end one by one, and are forgotten one by one', async () => {
    const cat = await test.user('Cat')
    for (let times = 0; times < 2; times += 1) {
      await signon.single.sessions.open(cat.id, 'full', from)
      await signon.single.rememberedBrowsers.remember(cat.id, from)
    }
    const [session] = await sessionsOf(cat)
    const [remembered] = await browsersOf(cat)
    const end = `/users/${cat.id}/sessions/${session?.id}/end`
    const forget = `/users/${cat.id}/browsers/${remembered?.id}/forget`
    equal((await sue.post(end, {}, listOf(cat))).location, listOf(cat))
    equal((await sue.post(forget, {}, listOf(cat))).location, listOf(cat))
    deepEqual([(await sessionsOf(cat)).length, (await browsersOf(cat)).length], [1, 1])
    equal((await sue.post(end, {}, listOf(cat))).status, 404)
    equal((await sue.post(forget, {}, listOf(cat))).status, 404)
    deepEqual(
      await test.rows('select number, note, actor_id from events where about_uid = $1 order by id', [
        cat.uid,
      ]),
      [
        { number: 66, note: 'Firefox on Windows', actor_id: actor.id },
        { number: 68, note: 'Firefox on Windows', actor_id: actor.id },
      ],
    )
  })

  it('are not ended under the number of another person, nor out of reach', async () => {
    const organisationId = await test.organisation('Ours')
    const [victim, ours] = [await test.user('Victim'), await test.user('Ours', { organisationId })]
    await signon.single.sessions.open(victim.id, 'full', from)
    await signon.single.rememberedBrowsers.remember(victim.id, from)
    const [session] = await sessionsOf(victim)
    const [remembered] = await browsersOf(victim)
    const mallory = await test.signedIn(
      await test.user('Mallory', { role: 'organisation_admin', organisationId, twoStep: true }),
    )
    for (const path of [
      `/users/${ours.id}/sessions/${session?.id}/end`,
      `/users/${ours.id}/browsers/${remembered?.id}/forget`,
      `/users/${victim.id}/sessions/${session?.id}/end`,
      `/users/${victim.id}/browsers/${remembered?.id}/forget`,
      `/users/${victim.id}/sessions/end_all`,
      `/users/${ours.id}/sessions/0/end`,
      `/users/${ours.id}/sessions/x/end`,
      `/users/${ours.id}/browsers/99999999999999999999/forget`,
    ])
      equal((await mallory.post(path, {}, listOf(ours))).status, 404, path)
    deepEqual([(await sessionsOf(victim)).length, (await browsersOf(victim)).length], [1, 1])
    deepEqual(await test.events(victim.uid), [])
  })

  it('are not ended by a form that is not ours, or by GET', async () => {
    const dan = await test.user('Dan')
    await signon.single.sessions.open(dan.id, 'full', from)
    equal((await sue.send(`/users/${dan.id}/sessions/end_all`, { method: 'POST' })).status, 422)
    equal((await sue.get(`/users/${dan.id}/sessions/end_all`)).status, 404)
    equal((await sessionsOf(dan)).length, 1)
  })
})
