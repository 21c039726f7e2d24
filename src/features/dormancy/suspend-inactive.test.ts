import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { after, day, minute } from '#kernel/clock.ts'
import { testClient } from '#test/client.ts'
import { operator, startSignon } from '#test/signon.ts'
import { suspendInactive } from './suspend-inactive.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const start = clock.now()

const ago = (days: number): Date => after(clock.now(), -days * day)
const signedIn = async (user: User, days: number, unsuspended?: number) => {
  await rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [user.id, ago(days)])
  await rows('update users set unsuspended_at = $2 where id = $1', [
    user.id,
    unsuspended === undefined ? null : ago(unsuspended),
  ])
}
const person = async (name: string, days: number, unsuspended?: number): Promise<User> => {
  const user = await test.user(name)
  await signedIn(user, days, unsuspended)
  return user
}
const isSuspended = async ({ id }: User): Promise<boolean> =>
  (await signon.single.users.seek(id))?.suspendedAt != null
const run = () => suspendInactive(signon, operator)

describe('suspending the unused', () => {
  // Nobody of one test is there in another, and each begins on the same day.
  beforeEach(async () => {
    clock.step(start.getTime() - clock.now().getTime())
    await rows('delete from users')
  })

  it('follows the table', async () => {
    // reference/accounts-and-sign-in.md 10.1
    const table: readonly (readonly [User, boolean])[] = [
      [await person('Forty Four', 44), false],
      [await person('Forty Five', 45), false],
      [await person('Forty Six', 46), true],
      [await person('Years', 1000), true],
      [await person('Back', 46, 2), false],
      [await person('Back For Seven', 300, 7), false],
      [await person('Back For Eight', 300, 8), true],
      [await test.user('Never'), false],
    ]
    const left = await person('Left', 60)
    await signon.single.users.suspend(left.id, 'left the department')

    const { matched, changed, details } = await run()
    deepEqual([matched, changed], [3, 3])
    deepEqual(details.map(({ email, outcome }) => `${email} ${outcome}`).sort(), [
      'back.for.eight@example.gov.uk done',
      'forty.six@example.gov.uk done',
      'years@example.gov.uk done',
    ])
    for (const [user, expected] of table) equal(await isSuspended(user), expected, user.name)
    equal((await signon.single.users.seek(left.id))?.suspensionReason, 'left the department')
  })

  it('ends what they have open, says why, and tells them and their applications', async () => {
    const whitehall = await test.application('Whitehall')
    const ada = await test.user('Ada', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(ada.email)
    const client = testClient(test.url, whitehall)
    const { body } = await client.exchange(await client.codeFor(browser))
    await signon.single.rememberedBrowsers.remember(ada.id, {})
    await signedIn(ada, 46)
    await rows('delete from graphile_worker._private_jobs')
    await run()

    equal((await browser.get('/')).status, 302)
    equal((await client.userInfo(String(body['access_token']))).status, 401)
    equal((await client.refresh(String(body['refresh_token']))).status, 400)
    deepEqual(await rows('select from remembered_browsers'), [])
    const { suspensionReason } = (await signon.single.users.seek(ada.id)) ?? {}
    equal(suspensionReason, 'User has not logged in for 45 days since 17 September 2026')
    equal((await test.events(ada.uid)).at(-1), 4)
    deepEqual(await test.jobs(), ['announce-user', 'send-mail'])
    const [mail] = await test.mails()
    deepEqual([mail?.to, mail?.subject], [ada.email, '[Test] Your GOV.UK Signon account has been suspended'])
    match(mail?.text ?? '', /not signed in for 45 days(.|\n)*organisation admins to unsuspend it/)
  })

  it('does nothing the second time, nor when two run at once', async () => {
    const users = await Promise.all(['One', 'Two', 'Three', 'Four', 'Five'].map((name) => person(name, 50)))
    const runs = await Promise.all([run(), run(), run()])
    equal(
      runs.reduce((sum, { changed }) => sum + changed, 0),
      5,
    )
    deepEqual(await run(), { matched: 0, changed: 0, details: [] })
    for (const { uid } of users) deepEqual(await test.events(uid), [4])
  })

  it('says what it would do, and does nothing, in a rehearsal', async () => {
    const user = await person('Spared', 50)
    const { matched, changed, details } = await suspendInactive(signon, operator, { isRehearsal: true })
    deepEqual([matched, changed, details], [1, 0, [{ email: user.email, outcome: 'done' }]])
    equal(await isSuspended(user), false)
    deepEqual(await test.events(user.uid), [])
  })

  it('leaves whoever signs in after they were found', async () => {
    const user = await person('Quick', 50)
    const { dormancy } = signon.single
    const slow: typeof signon = {
      ...signon,
      single: {
        ...signon.single,
        dormancy: {
          ...dormancy,
          async unused(range, before) {
            const found = await dormancy.unused(range, before)
            equal((await test.browser().signIn(user.email)).location, '/')
            return found
          },
        },
      },
    }
    const { matched, changed, details } = await suspendInactive(slow, operator)
    deepEqual([matched, changed, details[0]?.outcome], [1, 0, 'passed over'])
    equal(await isSuspended(user), false)
  })

  it('observation 20, BO-Q17: goes on when one person fails or is held by somebody else', async () => {
    const [bad, held, good] = [await person('Bad', 50), await person('Held', 50), await person('Good', 50)]
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before update on users for each row when (old.id = ${bad.id}) execute function refuse()`)
    const failures: string[] = []
    const options = {
      onFailure: ({ email }: { readonly email: string }, error: unknown) =>
        failures.push(`${email} ${error instanceof Error ? error.message : ''}`),
    }
    const outcome = await signon.transaction(async (work) => {
      await work.users.lockById(held.id)
      return suspendInactive(signon, operator, options)
    })
    deepEqual([outcome.matched, outcome.changed], [3, 1])
    deepEqual(failures, [`${bad.email} no`])
    deepEqual(
      [await isSuspended(bad), await isSuspended(held), await isSuspended(good)],
      [false, false, true],
    )
    await rows('drop trigger refuse on users; drop function refuse')
    equal((await run()).changed, 2)
  })

  it('departure 9 keeps the last active superadmin, however many are unused', async () => {
    const supers = ['Una', 'Dora', 'Tria']
    for (const name of supers) await signedIn(await test.user(name, { role: 'superadmin' }), 50)
    await test.user('Invited', { role: 'superadmin', invitedBy: 'operator' })
    const { changed, details } = await run()
    equal(changed, 2)
    equal(details.filter(({ outcome }) => outcome === 'last superadmin').length, 1)
    equal((await run()).changed, 0)
  })

  it('ends a link to choose a password that still waits', async () => {
    const user = await person('Linked', 100)
    const link = await signon.single.accountTokens.issue(user.id, 'password-reset')
    await run()
    equal(await signon.single.accountTokens.seek('password-reset', link), undefined)
  })

  it('suspends again whoever did not sign in for 7 days after their suspension was lifted', async () => {
    const user = await person('Absent', 100)
    await run()
    await signon.single.users.unsuspend(user.id)
    for (const [days, isIt] of [
      [7, false],
      [8, true],
    ] as const) {
      clock.step(days === 7 ? 7 * day : day)
      await run()
      equal(await isSuspended(user), isIt, String(days))
    }
  })

  it('turns at midnight UTC', async () => {
    const user = await test.user('Midnight')
    const at = async (instant: string): Promise<boolean> => {
      clock.step(new Date(instant).getTime() - clock.now().getTime())
      await run()
      return isSuspended(user)
    }
    await rows(
      `update sign_in_states set last_signed_in_at = '2028-02-29T23:59:59.999Z' where user_id = $1`,
      [user.id],
    )
    equal(await at('2028-04-14T23:59:59.999Z'), false)
    equal(await at('2028-04-15T00:00:00Z'), true)
  })

  it('looks only at people, and is refused to them', async () => {
    const robot = await test.machine('Robot', await test.application('Imports'))
    await signedIn(robot.user, 100)
    equal((await run()).matched, 0)
    await rejects(suspendInactive(signon, { kind: 'person' }), { code: 'forbidden' })
  })

  it('goes through every range of ids', async () => {
    await rows(`select setval(pg_get_serial_sequence('users', 'id'), 34999)`)
    const far = await person('Far', 50)
    clock.step(minute)
    equal((await run()).changed, 1)
    equal(await isSuspended(far), true)
  })
})
