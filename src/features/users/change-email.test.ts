import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeEmail } from './change-email.ts'
import { suspendUser } from './suspend-user.ts'

const test = await startSignon()
const { signon } = test

const emailOf = async ({ id }: Pick<User, 'id'>) => (await signon.single.users.seek(id))?.email

/** Somebody who was invited, and has not set a password yet. */
const invited = (name: string): Promise<User> => test.user(name, { invitedBy: 'operator' })

describe('an administrator’s change of address', () => {
  it('waits until a person confirms it, and they are told at both addresses', async () => {
    const ada = await test.user('Ada')
    const { account, pendingEmail } = await changeEmail(signon, operator, {
      email: 'ADA@example.gov.uk',
      newEmail: ' Ada.New@example.gov.uk ',
    })
    deepEqual([account.email, pendingEmail], [ada.email, 'ada.new@example.gov.uk'])
    equal(await emailOf(ada), ada.email)
    const letters = await test.mails()
    deepEqual(letters.map(({ to }) => to).sort(), ['ada.new@example.gov.uk', 'ada@example.gov.uk'])
    const [event] = await test.rows('select number, note, actor_kind, actor_name from events')
    deepEqual(event, {
      number: 16,
      note: 'from ada@example.gov.uk to ada.new@example.gov.uk',
      actor_kind: 'console',
      actor_name: 'test',
    })

    const link = /signon\.example(\/users\/confirmation\?\S+)/.exec(
      letters.map(({ text }) => text).join('\n'),
    )
    await test.browser().post('/users/confirmation', { 'user[password]': password }, link?.[1] ?? '')
    equal(await emailOf(ada), 'ada.new@example.gov.uk')
  })

  it('ends a change that waits, whose link cannot undo it (observation 11 of accounts)', async () => {
    const ben = await test.user('Ben')
    await changeEmail(signon, operator, { email: ben.email, newEmail: 'old.wish@example.gov.uk' })
    const link = /signon\.example(\/users\/confirmation\?\S+)/.exec(
      (await test.mails()).map(({ text }) => text).join('\n'),
    )
    await changeEmail(signon, operator, { email: ben.email, newEmail: 'new.wish@example.gov.uk' })
    equal((await test.browser().get(link?.[1] ?? '')).location, '/users/sign_in')
    equal((await signon.single.emailChanges.seek(ben.id))?.email, 'new.wish@example.gov.uk')
    await test.mails()
  })

  it('takes effect at once for somebody invited, with a new invitation, and old links are dead (EL-Q5)', async () => {
    const cat = await invited('Cat')
    const old = await signon.single.accountTokens.issue(cat.id, 'invitation')
    const { account, pendingEmail } = await changeEmail(signon, operator, {
      email: cat.email,
      newEmail: 'cat.new@example.gov.uk',
    })
    deepEqual([account.email, account.status, pendingEmail], ['cat.new@example.gov.uk', 'invited', null])
    equal(await signon.single.accountTokens.seek('invitation', old), undefined)
    deepEqual(await test.events(cat.uid), [15, 37])
    const letters = await test.mails()
    for (const { subject, text } of letters.filter((letter) => /login details/.test(letter.subject))) {
      match(text, /A new one goes to the new address/, subject)
      doesNotMatch(text, /password/, subject)
    }
    const subjects = letters.map(({ to, subject }) => [to, subject])
    deepEqual(
      subjects
        .filter(([, subject]) => /login details/.test(subject ?? ''))
        .map(([to]) => to)
        .sort(),
      ['cat.new@example.gov.uk', 'cat@example.gov.uk'],
    )
  })

  it('sends no invitation to somebody who is suspended as well', async () => {
    const dan = await invited('Dan')
    await suspendUser(signon, operator, { email: dan.email, reason: 'left' })
    await changeEmail(signon, operator, { email: dan.email, newEmail: 'dan.new@example.gov.uk' })
    deepEqual(await test.events(dan.uid), [2, 15])
    for (const { text } of await test.mails()) doesNotMatch(text, /A new one goes|Your password/)
  })

  it('takes effect at once for an API user, and mails nobody', async () => {
    const { user } = await test.machine('Robot', await test.application('Imports'))
    const newEmail = 'robot@alphagov.example.gov.uk'
    equal((await changeEmail(signon, operator, { email: user.email, newEmail })).account.email, newEmail)
    deepEqual(await test.events(user.uid), [15])
    deepEqual(await test.mails(), [])
  })

  it('is refused for an address that is no good, taken, or the same', async () => {
    const [eve, fay] = [await test.user('Eve'), await test.user('Fay')]
    const { user: robot } = await test.machine('Machine', await test.application('Exports'))
    const change = (email: string, newEmail: string) => changeEmail(signon, operator, { email, newEmail })
    await rejects(change(eve.email, 'no-address'), { code: 'invalid' })
    await rejects(change(eve.email, 'eve@gmail.com'), { code: 'invalid', message: /workplace email/ })
    await rejects(change(eve.email, ' EVE@example.gov.uk'), { code: 'conflict', message: /already/ })
    await rejects(change(eve.email, fay.email), { code: 'conflict' })
    await rejects(change(robot.email, fay.email), { code: 'conflict' })
    await rejects(change('nobody@example.gov.uk', 'x@example.gov.uk'), { code: 'not-found' })
    deepEqual(await test.events(eve.uid), [])
    equal(await emailOf(robot), robot.email)
  })

  it('is refused to people', async () => {
    const gil = await test.user('Gil')
    const input = { email: gil.email, newEmail: 'gil.new@example.gov.uk' }
    await rejects(changeEmail(signon, { kind: 'person', userId: gil.id }, input), { code: 'forbidden' })
  })

  it('does not lose against a second one at the same moment', async () => {
    const hal = await test.user('Hal')
    await Promise.all(
      ['one', 'two'].map((name) =>
        changeEmail(signon, operator, { email: hal.email, newEmail: `${name}@example.gov.uk` }),
      ),
    )
    match((await signon.single.emailChanges.seek(hal.id))?.email ?? '', /^(one|two)@example/)
  })
})
