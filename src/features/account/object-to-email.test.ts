import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { day } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { beginEmailChange, cancelEmailChange } from './change-own-email.ts'

const test = await startSignon()
const { signon, clock } = test

const changing = async (name: string) => {
  const user = await test.user(name)
  const actor = { kind: 'person', userId: user.id } as const
  await beginEmailChange(signon, actor, user.id, `new.${name.toLowerCase()}@example.gov.uk`)
  return { user, actor, ...(await links()) }
}

const links = async () => {
  const text = (await test.mails()).map((letter) => letter.text).join('\n')
  return {
    confirm: /signon\.example(\/users\/confirmation\?\S+)/.exec(text)?.[1] ?? '',
    object: /signon\.example(\/users\/confirmation\/objection\?\S+)/.exec(text)?.[1] ?? '',
  }
}

const stop = (browser: TestBrowser, link: string) => browser.post('/users/confirmation/objection', {}, link)
const isOpen = async (browser: TestBrowser) => (await browser.get('/account')).status === 200

describe('objecting to a change of address', () => {
  it('stops it, signs everybody out of the account, and sends on to choose a new password', async () => {
    const { user, object, confirm } = await changing('Ada')
    const thief = test.browser()
    await thief.signIn(user.email)
    await signon.single.rememberedBrowsers.remember(user.id, {})

    const browser = test.browser()
    const page = await browser.get(object)
    equal(page.headers.get('referrer-policy'), 'no-referrer')
    match(page.text, /<h1[^>]*>Stop the change of email address<\/h1>/)
    match(page.text, /new\.ada@example\.gov\.uk/)
    const before = await test.jobs()
    const answer = await stop(browser, object)
    deepEqual([answer.status, answer.location], [303, '/users/password/new'])
    match((await browser.get('/users/sign_in')).text, /Choose a new password now/)

    equal(await isOpen(thief), false)
    deepEqual(await test.rows('select from remembered_browsers where user_id = $1', [user.id]), [])
    deepEqual(await test.rows('select from email_changes where user_id = $1', [user.id]), [])
    equal((await test.browser().get(confirm)).location, '/users/sign_in')
    deepEqual(await test.events(user.uid), [16, 11, 60])
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
  })

  it('leaves authorizations of applications alone, and asks them to authenticate again', async () => {
    const whitehall = await test.application('Whitehall')
    const user = await test.user('Una', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(user.email)
    await testClient(test.url, whitehall).codeFor(browser)
    await beginEmailChange(signon, { kind: 'person', userId: user.id }, user.id, 'una.new@example.gov.uk')
    await stop(test.browser(), (await links()).object)
    const [job] = await test.rows<{ payload: unknown }>(
      `select payload from graphile_worker._private_jobs where payload::jsonb @> jsonb_build_object('user', $1::int) order by id desc limit 1`,
      [user.id],
    )
    deepEqual(job?.payload, { user: user.id, update: false, reauthenticate: true })
  })

  it('changes nothing by GET or HEAD, and needs the token of its form', async () => {
    const { user, object } = await changing('Ben')
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.get(object)
    await browser.send(object, { method: 'HEAD' })
    const body = new URLSearchParams({ token: object.split('=')[1] ?? '' })
    equal((await browser.send('/users/confirmation/objection', { method: 'POST', body })).status, 422)
    equal(await isOpen(browser), true)
    equal((await signon.single.emailChanges.seek(user.id))?.email, 'new.ben@example.gov.uk')
  })

  it('counts once, however many object at the same moment', async () => {
    const { user, object } = await changing('Cat')
    const browser = test.browser()
    await browser.get(object)
    await Promise.all(Array.from({ length: 5 }, () => stop(browser, object)))
    equal((await test.events(user.uid)).filter((number) => number === 60).length, 1)
    const again = await test.browser().get(object)
    equal(again.status, 404)
    match(again.text, /This link does not work any more/)
  })

  it('either stops the change or comes too late, when both happen at the same moment', async () => {
    for (const name of ['Dan', 'Eli', 'Fay', 'Gus']) {
      const { user, object, confirm } = await changing(name)
      const [one, other] = [test.browser(), test.browser()]
      await Promise.all([one.get(object), other.get(confirm)])
      await Promise.all([
        stop(one, object),
        other.post('/users/confirmation', { 'user[password]': password }, confirm),
      ])
      const outcomes = (await test.events(user.uid)).filter((number) => number === 17 || number === 60)
      equal(outcomes.length, 1, name)
      equal((await signon.single.users.seek(user.id))?.email !== user.email, outcomes[0] === 17)
    }
  })

  it('comes too late when the new address was confirmed: the page says whom to ask', async () => {
    const { user, object, confirm } = await changing('Hal')
    const browser = test.browser()
    await browser.get(object)
    await test.browser().post('/users/confirmation', { 'user[password]': password }, confirm)
    const page = await browser.get(object)
    match(page.text, /<h1[^>]*>The email address has been changed already<\/h1>/)
    match(page.text, /GOV\.UK lead or an organisation admin/)
    const session = test.browser()
    await session.signIn('new.hal@example.gov.uk')
    const token = object.split('=')[1] ?? ''
    const csrf =
      /name="csrf_token" value="([^"]+)"/.exec((await browser.get('/users/sign_in')).text)?.[1] ?? ''
    const body = new URLSearchParams({ csrf_token: csrf, token })
    const answer = await browser.send('/users/confirmation/objection', { method: 'POST', body })
    match(answer.text, /has been changed already/)
    equal(await isOpen(session), true)
    equal((await signon.single.users.seek(user.id))?.email, 'new.hal@example.gov.uk')
  })

  it('needs a link that is known, of this purpose, not replaced, and not two weeks old', async () => {
    const { user, actor, object, confirm } = await changing('Ida')
    const dead = async (link: string) => equal((await test.browser().get(link)).status, 404, link)
    await dead('/users/confirmation/objection')
    await dead('/users/confirmation/objection?token=unknown')
    await dead('/users/confirmation/objection?token=a&token=b')
    await dead(`/users/confirmation/objection?token=${confirm.split('=')[1]}`)

    await beginEmailChange(signon, actor, user.id, 'other@example.gov.uk')
    await dead(object)
    const next = await links()
    clock.step(14 * day - 1)
    equal((await test.browser().get(next.object)).status, 200)
    clock.step(1)
    await dead(next.object)
  })

  it('is tried sixty times an hour from one network address', async () => {
    const { object } = await changing('Guess')
    const browser = test.browser()
    const page = await browser.get(object)
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const body = () => new URLSearchParams({ csrf_token: csrf, token: 'made-up' })
    const statuses: number[] = []
    for (let time = 1; time <= 61; time += 1)
      statuses.push(
        (await browser.send('/users/confirmation/objection', { method: 'POST', body: body() })).status,
      )
    deepEqual([statuses.indexOf(429), statuses.at(-1)], [60, 429])
  })

  it('has nothing to stop when the change was cancelled', async () => {
    const { user, actor, object } = await changing('Joy')
    await cancelEmailChange(signon, actor, user.id)
    equal((await test.browser().get(object)).status, 404)
  })
})
