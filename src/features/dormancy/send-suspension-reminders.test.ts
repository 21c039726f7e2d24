import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { after, day, hour } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { sendSuspensionReminders } from './send-suspension-reminders.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const start = clock.now()

const ago = (days: number): Date => after(clock.now(), -days * day)
const signedIn = (user: User, days: number) =>
  rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [user.id, ago(days)])
const person = async (name: string, days: number): Promise<User> => {
  const user = await test.user(name)
  await signedIn(user, days)
  return user
}
const run = () => sendSuspensionReminders(signon, operator)
/** Runs it, and answers whom it reminds of what. */
const reminded = async (): Promise<readonly string[]> => {
  await run()
  return (await test.mails())
    .map(({ to, subject }) => `${to} ${subject.replace('[Test] Your GOV.UK Signon account will be ', '')}`)
    .sort()
}

describe('reminding of a suspension', () => {
  // Nobody of one test is there in another, and each begins on the same day.
  beforeEach(async () => {
    clock.step(start.getTime() - clock.now().getTime())
    await rows('delete from users')
  })

  it('follows the table', async () => {
    // reference/accounts-and-sign-in.md 10.2
    for (const days of [0, 31, 32, 39, 43, 45, 47]) await person(`P${days}`, days)
    await test.user('Never')
    const left = await person('Left', 39)
    await signon.single.users.suspend(left.id, 'left')
    deepEqual(await reminded(), [
      'p32@example.gov.uk suspended in 14 days',
      'p39@example.gov.uk suspended in 7 days',
      'p43@example.gov.uk suspended in 3 days',
      'p45@example.gov.uk suspended tomorrow',
      'p47@example.gov.uk suspended tomorrow',
    ])
  })

  it('sends each reminder once, if it runs every day, twice a day or at the same moment', async () => {
    const ada = await person('Ada', 30)
    const sent: string[] = []
    for (let date = 0; date < 16; date += 1) {
      await Promise.all([run(), run()])
      clock.step(6 * hour)
      for (const line of await reminded()) sent.push(`${date} ${line.replace(`${ada.email} suspended `, '')}`)
      clock.step(18 * hour)
    }
    deepEqual(sent, ['2 in 14 days', '9 in 7 days', '13 in 3 days', '15 tomorrow'])
  })

  it('makes up for a day that was missed, and says how many days are left by then', async () => {
    const ben = await person('Ben', 31)
    clock.step(2 * day)
    deepEqual(await reminded(), [`${ben.email} suspended in 13 days`])
    clock.step(day)
    deepEqual(await reminded(), [])
  })

  it('begins anew after a sign-in', async () => {
    const cleo = await person('Cleo', 39)
    equal((await reminded()).length, 1)
    await signedIn(cleo, 0)
    clock.step(32 * day)
    deepEqual(await reminded(), [`${cleo.email} suspended in 14 days`])
    clock.step(7 * day)
    deepEqual(await reminded(), [`${cleo.email} suspended in 7 days`])
  })

  it('counts from the end of a suspension', async () => {
    const dan = await person('Dan', 300)
    await signon.single.users.unsuspend(dan.id)
    const sent: (readonly string[])[] = []
    for (let date = 0; date < 8; date += 1) {
      sent.push((await reminded()).map((line) => line.replace(`${dan.email} suspended `, '')))
      clock.step(day)
    }
    deepEqual(sent, [[], ['in 7 days'], [], [], [], ['in 3 days'], [], ['tomorrow']])
  })

  it('says nothing to whoever signed in, was suspended or deleted before the mail was written', async () => {
    const [signsIn, suspended, deleted] = [
      await person('A', 39),
      await person('B', 39),
      await person('C', 39),
    ]
    equal((await run()).changed, 3)
    await signedIn(signsIn, 0)
    await signon.single.users.suspend(suspended.id, 'left')
    await signon.single.users.remove(deleted.id)
    deepEqual(await test.mails(), [])
  })

  it('says nothing to the last superadmin, who is never suspended, until there is another', async () => {
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    await signedIn(root, 45)
    const { matched, changed, details } = await run()
    deepEqual([matched, changed, details[0]?.outcome], [1, 0, 'last superadmin'])
    deepEqual(await test.mails(), [])
    await test.user('Second', { role: 'superadmin', twoStep: true })
    deepEqual(await reminded(), [`${root.email} suspended tomorrow`])
  })

  it('tells what happens, why, and what to do', async () => {
    const eve = await person('Eve', 39)
    await run()
    const [mail] = await test.mails()
    equal(mail?.to, eve.email)
    match(mail?.text ?? '', /eve@example\.gov\.uk\) will be suspended in 7 days(.|\n)*45 days/)
    match(mail?.text ?? '', /sign in by 8 November 2026: https:\/\/signon\.example\/users\/sign_in/)
  })

  it('says what it would do, and does nothing, in a rehearsal', async () => {
    await person('Fay', 39)
    const { matched, changed } = await sendSuspensionReminders(signon, operator, { isRehearsal: true })
    deepEqual([matched, changed, await test.mails()], [1, 0, []])
    deepEqual([(await run()).changed, (await run()).matched], [1, 0])
  })

  it('goes on when one person fails, who is reminded the next time', async () => {
    const [bad, good] = [await person('Bad', 39), await person('Good', 39)]
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before insert on account_notices for each row when (new.user_id = ${bad.id}) execute function refuse()`)
    deepEqual(await reminded(), [`${good.email} suspended in 7 days`])
    await rows('drop trigger refuse on account_notices; drop function refuse')
    deepEqual(await reminded(), [`${bad.email} suspended in 7 days`])
  })

  it('is refused to people', async () => {
    await rejects(sendSuspensionReminders(signon, { kind: 'person' }), { code: 'forbidden' })
  })
})
