import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { hour } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { operator, startSignon } from '#test/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import { suspendUser } from './suspend-user.ts'

const test = await startSignon()
const { signon, clock } = test
const chief = await test.user('Chief', { role: 'superadmin', twoStep: true })
const browser = await test.signedIn(chief)

const suspension = ({ id }: Pick<User, 'id'>) => pathTo(paths.userSuspension, { id })
const unlocking = ({ id }: Pick<User, 'id'>) => pathTo(paths.userUnlock, { id })
const pageOf = ({ id }: Pick<User, 'id'>) => pathTo(paths.user, { id })

/** Sends the form as a page of any state would have it. */
const suspend = (whom: User, reason = 'left', by: TestBrowser = browser) =>
  by.post(suspension(whom), { 'user[suspended]': '1', 'user[reason_for_suspension]': reason }, '/')
const unsuspend = (whom: User, by: TestBrowser = browser) =>
  by.post(suspension(whom), { 'user[suspended]': '0' }, '/')
const stateOf = async ({ id }: User) => {
  const user = await signon.single.users.seek(id)
  return [user?.suspendedAt ?? null, user?.suspensionReason ?? null]
}

describe('the page that suspends', () => {
  it('suspends for a reason, signs the person out, and tells them without the reason', async () => {
    const ada = await test.user('Ada')
    const theirs = await test.signedIn(ada)
    const page = await browser.get(suspension(ada))
    match(page.text, /<h1[^>]*>Suspend Ada<\/h1>/)
    match(page.text, /<label[^>]*>\s*Reason for suspension\s*<\/label>/)
    match(page.text, /<button[^>]*>\s*Suspend user\s*<\/button>/)
    match(page.text, /Other administrators can read it\. It is not in the email to the person\./)
    match(page.text, /They will be signed out [^<]* They will get an email that says so\./)

    const done = await browser.post(suspension(ada), { 'user[reason_for_suspension]': ' Left GDS ' })
    deepEqual([done.status, done.location], [303, pageOf(ada)])
    match((await browser.get('/')).text, /ada@example\.gov\.uk is now suspended\./)
    deepEqual(await stateOf(ada), [clock.now(), 'Left GDS'])
    equal((await theirs.get('/')).location, '/users/sign_in')

    const [event] = await test.rows(
      'select number, actor_id, host(address) as address from events where about_uid = $1',
      [ada.uid],
    )
    deepEqual(event, { number: 2, actor_id: chief.id, address: '127.0.0.1' })
    deepEqual(await test.jobs(), ['announce-user', 'send-mail'])
    const [letter, ...others] = await test.mails()
    deepEqual([letter?.to, others], [ada.email, []])
    doesNotMatch(letter?.text ?? '', /Left GDS/)
  })

  it('wants a reason that fits, and keeps what was typed (admin-ui 12, case 14)', async () => {
    const ben = await test.user('Ben <b>')
    for (const [reason, fault] of [
      ['', /Reason for suspension can’t be blank/],
      ['  ', /Reason for suspension can’t be blank/],
      [`${'x'.repeat(254)}<i`, /must be 255 characters or less/],
    ] as const) {
      const page = await suspend(ben, reason)
      equal(page.status, 422)
      match(page.text, /<title>\s*Error: Suspend Ben &lt;b&gt;/)
      match(page.text, /There was a problem with your suspension(.|\n)*href="#reason"/)
      match(page.text, fault)
      doesNotMatch(page.text, /<b>|<i"/)
    }
    match((await suspend(ben, `${'x'.repeat(254)}<i`)).text, /value="x{254}&lt;i"/)
    deepEqual(await stateOf(ben), [null, null])
    equal((await suspend(ben, 'x'.repeat(255))).status, 303)
  })

  it('observation 5 of accounts: says which of both it is to do: a form that is sent again does not do the opposite', async () => {
    const cat = await test.user('Cat')
    equal((await suspend(cat, 'first')).status, 303)
    const again = await suspend(cat, 'second')
    equal(again.status, 409)
    match(again.text, /cat@example\.gov\.uk is suspended already/)
    deepEqual((await stateOf(cat))[1], 'first')
    equal((await unsuspend(cat)).status, 303)
    equal((await unsuspend(cat)).status, 409)
    equal((await browser.post(suspension(cat), {}, '/')).status, 400)
    equal((await browser.post(suspension(cat), { 'user[suspended]': '2' }, '/')).status, 400)
    deepEqual(await test.events(cat.uid), [2, 3])
    await test.mails()
  })

  it('suspends once, of however many who do it at the same moment', async () => {
    const dan = await test.user('Dan')
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((reason) => suspend(dan, reason)))
    deepEqual(answers.map(({ status }) => status).sort(), [303, 409, 409, 409])
    deepEqual(await test.events(dan.uid), [2])
    await test.mails()
  })
})

describe('the page that unsuspends', () => {
  it('shows since when and why, and says what the person has to do', async () => {
    const eve = await test.user('Eve')
    await suspendUser(signon, operator, { email: eve.email, reason: 'Under <b>investigation</b>' })
    const page = await browser.get(suspension(eve))
    match(page.text, /<h1[^>]*>Unsuspend Eve<\/h1>/)
    match(page.text, /9:30am, 2 Nov 2026/)
    match(page.text, /Under &lt;b&gt;investigation&lt;\/b&gt;/)
    match(page.text, /must choose a new one(.|\n)*sign in within 7 days/)
    match(page.text, /<button[^>]*>\s*Unsuspend user\s*<\/button>/)

    await test.mails()
    const done = await browser.post(suspension(eve), {})
    deepEqual([done.status, done.location], [303, pageOf(eve)])
    match((await browser.get('/')).text, /eve@example\.gov\.uk is now active\./)
    deepEqual(await stateOf(eve), [null, null])
    equal((await test.browser().signIn(eve.email)).status, 200)
    deepEqual((await test.events(eve.uid)).slice(0, 2), [2, 3])
    const subjects = (await test.mails()).map(({ subject }) => subject)
    deepEqual(subjects, ['[Test] Your GOV.UK Signon account is no longer suspended'])
  })

  it('says of somebody who was only invited that the invitation is good again', async () => {
    const fay = await test.user('Fay', { invitedBy: chief.id })
    await suspendUser(signon, operator, { email: fay.email, reason: 'x' })
    const { text } = await browser.get(suspension(fay))
    match(text, /have not accepted their invitation yet, and can do so again/)
    doesNotMatch(text, /7 days/)
    await test.mails()
  })
})

describe('superadmins', () => {
  it('leave one of them active, though the last two suspend each other at the same moment', async () => {
    for (const round of [1, 2, 3, 4]) {
      await test.rows(`update users set role = 'admin' where role = 'superadmin'`)
      const [one, other] = await Promise.all(
        ['One', 'Other'].map((name) => test.user(`${name} ${round}`, { role: 'superadmin', twoStep: true })),
      )
      if (!one || !other) throw new Error('two were made')
      const [ones, others] = [await test.signedIn(one), await test.signedIn(other)]
      const answers = await Promise.all([suspend(other, 'x', ones), suspend(one, 'x', others)])
      const statuses = answers.map(({ status }) => status)
      // Whoever was too late is told so, or is signed out already.
      equal(statuses.filter((status) => status === 303).length, 1, String(statuses))
      const active = await test.rows(`select from users where role = 'superadmin' and suspended_at is null`)
      equal(active.length, 1)
    }
    await test.rows(`update users set role = 'superadmin' where id = $1`, [chief.id])
    await test.mails()
  })
})

describe('the page that unlocks', () => {
  it('says when the lock ends by itself, and ends it at once', async () => {
    const gus = await test.user('Gus')
    await signon.single.users.lock(gus.id)
    const page = await browser.get(unlocking(gus))
    match(page.text, /<h1[^>]*>Unlock account for Gus<\/h1>/)
    match(page.text, /unlocks by itself after 1 hour, at 10:30am/)
    match(page.text, /<button[^>]*>\s*Unlock account\s*<\/button>/)

    const done = await browser.post(unlocking(gus), {})
    deepEqual([done.status, done.location], [303, pageOf(gus)])
    match((await browser.get('/')).text, /Unlocked gus@example\.gov\.uk/)
    equal((await test.browser().signIn(gus.email)).location, '/')
    deepEqual((await test.events(gus.uid)).slice(0, 1), [5])
  })

  it('goes back to the user when there is no lock, or no longer one, and records nothing (admin-ui 12, case 13)', async () => {
    const hal = await test.user('Hal')
    await signon.single.users.lock(hal.id)
    clock.step(hour)
    const own = await test.signedIn(chief)
    for (const ask of [() => own.get(unlocking(hal)), () => own.post(unlocking(hal), {}, '/account')]) {
      const { status, location } = await ask()
      deepEqual([status, location], [303, pageOf(hal)])
      const { text } = await own.get('/')
      match(text, /hal@example\.gov\.uk is already unlocked/)
      doesNotMatch(text, /govuk-notification-banner--success/)
    }
    deepEqual(await test.events(hal.uid), [])
  })
})
