import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeEmail } from './change-email.ts'

const test = await startSignon()
const { signon } = test
const sue = await test.signedIn(await test.user('Sue', { role: 'superadmin', twoStep: true }))

const emailOf = async ({ id }: User) => (await signon.single.users.seek(id))?.email
const pendingOf = async ({ id }: User) => (await signon.single.emailChanges.seek(id))?.email
const pathOf = ({ id }: User) => `/users/${id}/email/edit`
const pageOf = ({ id }: User) => `/users/${id}/edit`

describe('changing the address of somebody', () => {
  it('waits for the new address, so that peers cannot take an account over (observation 10)', async () => {
    const victim = await test.user('Victim', { role: 'admin', twoStep: true })
    const peer = await test.signedIn(await test.user('Peer', { role: 'admin', twoStep: true }))
    const { status, location } = await peer.post(pathOf(victim), {
      'user[email]': ' Mallory@example.gov.uk ',
    })
    deepEqual([status, location], [303, pageOf(victim)])
    match((await peer.get(location)).text, /An email has been sent to mallory@example\.gov\.uk/)
    deepEqual([await emailOf(victim), await pendingOf(victim)], [victim.email, 'mallory@example.gov.uk'])

    const letters = await test.mails()
    deepEqual(letters.map(({ to }) => to).sort(), ['mallory@example.gov.uk', victim.email])
    const link =
      /signon\.example(\/users\/confirmation\?\S+)/.exec(letters.map(({ text }) => text).join('\n'))?.[1] ??
      ''
    // Whoever has the new address lacks the password, and whoever did this is somebody else.
    match((await test.browser().get(link)).text, /Your password/)
    equal((await peer.get(link)).location, '/')
    equal(await emailOf(victim), victim.email)
  })

  it('is shown again with what was typed when it is no good, taken, or the same', async () => {
    const [ada, ben] = [await test.user('Ada'), await test.user('Ben')]
    for (const [typed, fault] of [
      ['', /Enter an email address/],
      ['no-address', /in the correct format/],
      ['ada@gmail.com', /workplace email/],
      [ben.email, /There is already an account for ben@example\.gov\.uk/],
      [ada.email, /is the address of this account already/],
      [`${'a'.repeat(50_000)}@example.gov.uk`, /in the correct format/],
    ] as const) {
      const { status, text } = await sue.post(pathOf(ada), { 'user[email]': typed })
      equal(status, 422)
      match(text, /<title>\s*Error: Change email for Ada/)
      match(text, fault)
    }
    deepEqual([await pendingOf(ada), await test.events(ada.uid)], [undefined, []])
  })

  it('takes effect at once for somebody invited, and the form says so', async () => {
    const cat = await test.user('Cat', { invitedBy: 'operator' })
    match((await sue.get(pathOf(cat))).text, /gets an invitation of its own at once/)
    await sue.post(pathOf(cat), { 'user[email]': 'cat.new@example.gov.uk' })
    equal(await emailOf(cat), 'cat.new@example.gov.uk')
    match((await sue.get(pageOf(cat))).text, /Updated user cat\.new@example\.gov\.uk successfully/)
    deepEqual(await test.events(cat.uid), [15, 37])
    await test.mails()
  })

  it('tells the second of two who had the page open, and what waits stays', async () => {
    const dan = await test.user('Dan')
    const token = /name="csrf_token" value="([^"]+)"/.exec((await sue.get(pathOf(dan))).text)?.[1] ?? ''
    const late = (was: string, email: string) =>
      sue.send(pathOf(dan), {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token, was, 'user[email]': email }),
      })
    await changeEmail(signon, operator, { email: dan.email, newEmail: 'first@example.gov.uk' })
    const { status, text } = await late(dan.email, 'second@example.gov.uk')
    equal(status, 422)
    match(text, /Somebody has changed the email address to first@example\.gov\.uk/)
    match(text, /value="second@example\.gov\.uk"/)
    equal(await pendingOf(dan), 'first@example.gov.uk')

    const again = await late(dan.email, 'first@example.gov.uk')
    match(again.text, /first@example\.gov\.uk is waiting to be confirmed already/)
    equal((await late('first@example.gov.uk', 'second@example.gov.uk')).status, 303)
    equal(await pendingOf(dan), 'second@example.gov.uk')
    await test.mails()
  })
})

describe('a change of address that waits', () => {
  const waiting = async (name: string): Promise<User> => {
    const user = await test.user(name)
    await changeEmail(signon, operator, {
      email: user.email,
      newEmail: `${name.toLowerCase()}.new@example.gov.uk`,
    })
    await test.mails()
    return user
  }
  const press = (user: User, what: 'resend' | 'cancel') =>
    sue.post(`/users/${user.id}/email/${what}_email_change`, {}, pageOf(user))

  it('tells the second of two even if what they typed first is no address', async () => {
    const ivy = await test.user('Ivy')
    const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec((await sue.get(pathOf(ivy))).text) ?? []
    await changeEmail(signon, operator, { email: ivy.email, newEmail: 'other.ivy@example.gov.uk' })
    const { status, text } = await sue.send(pathOf(ivy), {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, was: ivy.email, 'user[email]': 'ivy' }),
    })
    equal(status, 422)
    match(text, /Somebody has changed the email address to other\.ivy@example\.gov\.uk since you opened/)
  })

  it('is sent again, to both addresses (admin-ui 13, observation 4)', async () => {
    const eve = await waiting('Eve')
    equal((await press(eve, 'resend')).location, pageOf(eve))
    match(
      (await sue.get(pageOf(eve))).text,
      /Successfully resent email change email to eve\.new@example\.gov\.uk/,
    )
    deepEqual((await test.mails()).map(({ to }) => to).sort(), ['eve.new@example.gov.uk', eve.email])
    const [event] = await test.rows('select note from events where about_uid = $1 order by id desc limit 1', [
      eve.uid,
    ])
    deepEqual(event, { note: 'from eve@example.gov.uk to eve.new@example.gov.uk, sent again' })
  })

  it('is not sent again without end', async () => {
    const fay = await waiting('Fay')
    for (let times = 0; times < 20; times += 1) equal((await press(fay, 'resend')).status, 303)
    const { status, headers } = await press(fay, 'resend')
    deepEqual([status, headers.has('retry-after')], [429, true])
    equal((await test.mails()).length, 40)
  })

  it('is cancelled, and its link is dead', async () => {
    const gil = await test.user('Gil')
    await changeEmail(signon, operator, { email: gil.email, newEmail: 'gil.new@example.gov.uk' })
    const link = /signon\.example(\/users\/confirmation\?\S+)/.exec(
      (await test.mails()).map(({ text }) => text).join('\n'),
    )?.[1]
    equal((await press(gil, 'cancel')).location, pageOf(gil))
    match(
      (await sue.get(pageOf(gil))).text,
      /The change of Gil’s email address is cancelled\. It stays gil@example\.gov\.uk/,
    )
    deepEqual([await pendingOf(gil), (await test.events(gil.uid)).at(-1)], [undefined, 59])
    equal((await test.browser().get(link ?? '')).location, '/users/sign_in')
    doesNotMatch((await sue.get(pageOf(gil))).text, /Cancel change/)
  })

  it('is left alone when it is another one than was seen, or none any more', async () => {
    const hal = await waiting('Hal')
    const token = /name="csrf_token" value="([^"]+)"/.exec((await sue.get(pageOf(hal))).text)?.[1] ?? ''
    const late = (what: string, email = 'hal.new@example.gov.uk') =>
      sue.send(`/users/${hal.id}/email/${what}_email_change`, {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token, pending_email: email }),
      })
    await changeEmail(signon, operator, { email: hal.email, newEmail: 'other@example.gov.uk' })
    await test.mails()
    const before = await test.events(hal.uid)
    for (const what of ['resend', 'cancel']) {
      equal((await late(what)).location, pageOf(hal))
      match(
        (await sue.get(pageOf(hal))).text,
        /Another change of Hal’s email address is waiting by now, to other@example\.gov\.uk/,
      )
    }
    equal(await pendingOf(hal), 'other@example.gov.uk')
    await signon.transaction((work) => work.emailChanges.cancel(hal.id))
    for (const what of ['resend', 'cancel']) {
      await late(what)
      match((await sue.get(pageOf(hal))).text, /No change of Hal’s email address is waiting any more/)
    }
    deepEqual([await test.events(hal.uid), await test.mails()], [before, []])
  })
})
