import { deepEqual, doesNotMatch, equal, match, notEqual, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { Actor } from '#domain/events.ts'
import {
  choiceFault,
  choiceWords,
  type MassResetId,
  mailsFromThenOn,
  type ResetChoice,
  resetMailAt,
} from '#domain/mass-reset.ts'
import type { User, UserId } from '#domain/user.ts'
import { after, day, minute } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { foreseeMassReset, prepareMassReset } from './prepare-mass-reset.ts'
import { resetPasswordsOfMany } from './reset-passwords-of-many.job.ts'
import { retryMassReset, startMassReset } from './start-mass-reset.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const start = clock.now()
const newPage = '/users/password_resets/new'
const whitehall = await test.application('Whitehall')

const nobody: ResetChoice = {
  roles: [],
  organisation: null,
  withBelow: false,
  isEverybody: false,
  withOneself: false,
}
const everybody: ResetChoice = { ...nobody, isEverybody: true }

const begin = async (choice: ResetChoice, endsAuthorizations = false): Promise<MassResetId> => {
  const id = await prepareMassReset(signon, operator, choice)
  await startMassReset(signon, operator, id, { reason: 'leak', endsAuthorizations })
  return id
}
const work = (reset: MassResetId): Promise<void> => resetPasswordsOfMany(signon)({ reset })
const numberOf = (page: string): MassResetId => Number(page.split('/').at(-1)) as MassResetId
const hasPassword = ({ id }: User): Promise<boolean> => signon.single.passwords.has(id)
const emailsOf = async (choice: ResetChoice): Promise<readonly string[]> =>
  (await foreseeMassReset(signon, operator, choice)).first.map(({ email }) => email.split('@')[0] ?? '')
const actingSuperadmin = async (name: string) => {
  const { id } = await test.user(name, { role: 'superadmin', twoStep: true })
  return { kind: 'person', userId: id } as const
}
const loseRole = ({ userId }: { readonly userId: UserId }) =>
  rows(`update users set role = 'normal' where id = $1`, [userId])
/** A reset whose beginner has lost the right to it before anybody's turn had come but that of whoever failed. */
const stoppedReset = async (
  by: Actor & { readonly userId: UserId },
  choice: ResetChoice,
  failed?: User,
): Promise<MassResetId> => {
  const id = await prepareMassReset(signon, by, choice)
  await startMassReset(signon, by, id, { reason: 'leak', endsAuthorizations: false })
  if (failed) await signon.single.massResets.note(id, failed.id, 'failed', 'It was busy')
  await loseRole(by)
  await work(id)
  return id
}
/** Who reset this person's password, by the log. */
const resetBy = ({ uid }: User) =>
  rows('select actor_kind as kind, actor_id as id from events where number = 91 and about_uid = $1', [uid])
const progressOf = (id: MassResetId) => signon.single.massResets.progress(id)
const choose = (browser: TestBrowser, fields: readonly (readonly [string, string])[]) =>
  browser.post('/users/password_resets', fields, newPage)

beforeEach(async () => {
  clock.step(start.getTime() - clock.now().getTime())
  await rows('delete from users')
  await rows('delete from graphile_worker._private_jobs')
})

describe('who may reset passwords of many', () => {
  it('is a superadmin, and nobody else', async () => {
    for (const role of ['admin', 'super_organisation_admin', 'organisation_admin', 'normal'] as const) {
      const organisationId = await test.organisation(`Of ${role}`)
      const user = await test.user(role, { role, twoStep: true, organisationId })
      const actor = { kind: 'person', userId: user.id } as const
      await rejects(prepareMassReset(signon, actor, everybody), { code: 'forbidden' }, role)
      await rejects(foreseeMassReset(signon, actor, everybody), { code: 'forbidden' }, role)
    }
    deepEqual(await rows('select from mass_resets'), [])
  })

  it('looks at what has started, and not at what another one prepares', async () => {
    const [root, other] = [
      await test.user('Root', { role: 'superadmin', twoStep: true }),
      await test.user('Other', { role: 'superadmin', twoStep: true }),
    ]
    const actor = { kind: 'person', userId: root.id } as const
    const id = await prepareMassReset(signon, actor, everybody)
    const browser = await test.signedIn(other)
    equal((await browser.get(`/users/password_resets/${id}`)).status, 404)
    equal((await browser.post(`/users/password_resets/${id}`, { reason: 'x' }, newPage)).status, 404)
    await startMassReset(signon, actor, id, { reason: 'leak', endsAuthorizations: false })
    equal((await browser.get(`/users/password_resets/${id}`)).status, 200)
    match((await browser.get(newPage)).text, /2 November 2026: everybody/)
    equal((await browser.get('/users/password_resets/x')).status, 404)
  })
})

describe('whose passwords are reset', () => {
  it('is said: nobody in particular is refused, and so is everybody with a condition', async () => {
    match(choiceFault(nobody) ?? '', /Choose whose passwords/)
    match(choiceFault({ ...everybody, roles: ['admin'] }) ?? '', /either everybody, or some/)
    equal(choiceFault(everybody), undefined)
    equal(
      choiceWords({ ...nobody, roles: ['admin'], withBelow: true, since: '2026-10-01' }, 'Treasury'),
      'Admin; Treasury and all below it; last signed in on 2026-10-01 or later',
    )
    await rejects(prepareMassReset(signon, operator, nobody), { code: 'invalid' })
    await rejects(prepareMassReset(signon, operator, { ...nobody, roles: ['admin'] }), { code: 'conflict' })
    await rejects(prepareMassReset(signon, operator, { ...nobody, organisation: 999_999 as never }), {
      code: 'not-found',
    })
  })

  it('goes by role, organisation with or without those below, and last sign-in', async () => {
    const home = await test.organisation('Home')
    const below = await test.organisation('Below', { parents: [home] })
    const ann = await test.user('ann', { organisationId: home })
    const bob = await test.user('bob', { organisationId: below })
    await test.user('cy', { role: 'admin' })
    const signedIn = (user: User, at: string) =>
      rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [user.id, at])
    await signedIn(ann, '2026-06-30T22:59:59Z')
    await signedIn(bob, '2026-06-30T23:00:00Z')
    deepEqual(await emailsOf({ ...nobody, roles: ['admin', 'superadmin'] }), ['cy'])
    deepEqual(await emailsOf({ ...nobody, organisation: home }), ['ann'])
    deepEqual(await emailsOf({ ...nobody, organisation: home, withBelow: true }), ['ann', 'bob'])
    // A day begins at midnight in London, which in summer is 23:00.
    deepEqual(await emailsOf({ ...nobody, since: '2026-07-01' }), ['bob'])
    deepEqual(await emailsOf({ ...nobody, before: '2026-07-01' }), ['ann'])
    deepEqual(await emailsOf(everybody), ['ann', 'bob', 'cy'])
  })

  it('leaves out API users, the suspended, and who has no password', async () => {
    await test.machine('Robot', whitehall)
    const suspended = await test.user('Suspended')
    await signon.single.users.suspend(suspended.id, 'left')
    const invited = await test.user('Invited')
    await rows('update users set password_hash = null where id = $1', [invited.id])
    await test.user('stays')
    deepEqual(await emailsOf(everybody), ['stays'])
  })

  it('is not whoever begins it, unless they ask for it', async () => {
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    const ann = await test.user('Ann')
    const actor = { kind: 'person', userId: root.id } as const
    deepEqual((await foreseeMassReset(signon, actor, everybody)).all, 1)
    const id = await prepareMassReset(signon, actor, { ...everybody, withOneself: true })
    await startMassReset(signon, actor, id, { reason: 'leak', endsAuthorizations: false })
    await work(id)
    deepEqual([await hasPassword(root), await hasPassword(ann)], [false, false])
    deepEqual(await progressOf(id), { all: 2, reset: 2, unchanged: 0, failed: 0 })
  })
})

describe('resetting passwords of many', () => {
  it('refuses the old password at once, signs out everywhere, and mails a link', async () => {
    const ada = await test.user('Ada', { uses: [whitehall] })
    const browser = test.browser()
    await browser.signIn(ada.email)
    const id = await begin(everybody)
    equal((await browser.get('/account')).status, 200)
    await work(id)

    notEqual((await browser.get('/account')).status, 200)
    const answer = await test.browser().signIn(ada.email, password)
    notEqual(answer.status, 302)
    deepEqual((await test.events(ada.uid)).slice(-2), [91, 12])
    const [letter] = await test.mails()
    match(letter?.text ?? '', /An administrator has reset the password/)
    doesNotMatch(letter?.text ?? '', /leak/)
    const [link = ''] = /\/users\/password\/edit\?reset_password_token=\S+/.exec(letter?.text ?? '') ?? []
    const choosing = (typed: string) =>
      test
        .browser()
        .post('/users/password/edit', { 'user[password]': typed, 'user[password_confirmation]': typed }, link)
    match((await choosing(password)).text, /previously|used|before/i)
    await choosing('harbour lantern seventeen otters')
    equal((await test.browser().signIn(ada.email, 'harbour lantern seventeen otters')).status, 302)
  })

  it('asks applications to make them sign in again, and revokes tokens only when asked', async () => {
    const session = async (user: User) =>
      rows(
        `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_hash, created_at, expires_at)
         values ($1::int, $1::int, $2, $3, 'https://whitehall.example', $4, $3, $5)`,
        [user.id, whitehall.id, clock.now(), Buffer.alloc(32), after(clock.now(), day)],
      )
    const ended = async (): Promise<number> =>
      (await rows('select from authorizations where ended_at is not null')).length
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    await session(ann)
    await work(await begin(everybody))
    equal(await ended(), 0)
    deepEqual((await test.jobs()).filter((job) => job === 'announce-user').length, 2)
    await session(bob)
    await rows('update users set password_hash = $1', ['x'])
    await work(await begin(everybody, true))
    equal(await ended(), 2)
  })

  it('sends mails at a pace, however many there are', async () => {
    equal(resetMailAt(start, 199).getTime(), start.getTime())
    equal(resetMailAt(start, 200).getTime() - start.getTime(), minute)
    equal(resetMailAt(start, 9999).getTime() - start.getTime(), 49 * minute)
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    const id = await begin(everybody)
    await rows('update mass_reset_members set place = 400 where user_id = $1', [bob.id])
    await work(id)
    const mails = await rows<{ user: number; run_at: Date }>(
      `select (payload->>'user')::int as user, run_at from graphile_worker._private_jobs where payload->>'mail' is not null order by id`,
    )
    const due = new Map(mails.map(({ user, run_at }) => [user, run_at]))
    deepEqual([due.get(ann.id), due.get(bob.id)], [start, after(start, 2 * minute)])
  })

  it('writes to nobody who has chosen a password before the mail was due', async () => {
    const ann = await test.user('Ann')
    await work(await begin(everybody))
    await rows(`update users set password_hash = 'x' where id = $1`, [ann.id])
    deepEqual(await test.mails(), [])
  })

  it('goes on where it was killed, and by several workers each is reset once', async () => {
    const people: User[] = []
    for (let number = 0; number < 12; number += 1) people.push(await test.user(`Many ${number}`))
    const id = await begin(everybody)
    await rejects(
      signon.transaction(async (killed) => {
        await killed.massResets.takeNext(id)
        await work(id)
        throw new Error('killed')
      }),
    )
    deepEqual(await progressOf(id), { all: 12, reset: 11, unchanged: 0, failed: 0 })
    equal((await signon.single.massResets.seek(id))?.endedAt, null)
    await Promise.all([work(id), work(id), work(id)])
    for (const user of people) deepEqual(await test.events(user.uid), [91])
    notEqual((await signon.single.massResets.seek(id))?.endedAt, null)
  })

  it('passes over who was suspended meanwhile, or lost the password', async () => {
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    const id = await begin(everybody)
    await signon.single.users.suspend(ann.id, 'left')
    await rows('update users set password_hash = null where id = $1', [bob.id])
    await work(id)
    deepEqual(await progressOf(id), { all: 2, reset: 0, unchanged: 2, failed: 0 })
    deepEqual([...(await test.events(ann.uid)), ...(await test.events(bob.uid))], [])
  })

  it('stops when whoever began it may not do it any more', async () => {
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    const ann = await test.user('Ann')
    const actor = { kind: 'person', userId: root.id } as const
    const id = await prepareMassReset(signon, actor, everybody)
    await startMassReset(signon, actor, id, { reason: 'leak', endsAuthorizations: false })
    await rows(`update users set role = 'normal' where id = $1`, [root.id])
    await work(id)
    equal(await hasPassword(ann), true)
    match((await signon.single.massResets.seek(id))?.stoppedBecause ?? '', /may not do this any more/)
  })

  it('is started once, for a reason, and recorded', async () => {
    await test.user('Ann')
    const id = await prepareMassReset(signon, operator, everybody)
    const starting = (reason: string) =>
      startMassReset(signon, operator, id, { reason, endsAuthorizations: false })
    await rejects(starting('  '), { code: 'invalid', message: 'Enter a reason' })
    await rejects(starting('x'.repeat(256)), { code: 'invalid' })
    const started = await Promise.allSettled([starting('leak'), starting('leak'), starting('leak')])
    equal(started.filter(({ status }) => status === 'fulfilled').length, 1)
    const [event] = await rows<{ note: string }>(
      'select note from events where number = 90 order by id desc limit 1',
    )
    equal(event?.note, '1 user (everybody): leak')
    deepEqual(await test.jobs(), ['reset-passwords-of-many'])
  })

  it('tries those who failed again, once', async () => {
    const ann = await test.user('Ann')
    const id = await begin(everybody)
    const root = await actingSuperadmin('Root')
    await signon.single.massResets.note(id, ann.id, 'failed', 'It was busy')
    await work(id)
    deepEqual(await progressOf(id), { all: 1, reset: 0, unchanged: 0, failed: 1 })
    const tries = await Promise.allSettled([1, 2].map(() => retryMassReset(signon, root, id)))
    deepEqual(tries.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await work(id)
    deepEqual(await progressOf(id), { all: 1, reset: 1, unchanged: 0, failed: 0 })
    await rejects(retryMassReset(signon, root, id), { code: 'conflict' })
  })
})

describe('going on with a reset', () => {
  it('is done with the rights and under the name of whoever goes on with it, and reaches everybody who is left', async () => {
    const [root, other] = [await actingSuperadmin('Root'), await actingSuperadmin('Other')]
    const [ann, bob, cy] = [await test.user('Ann'), await test.user('Bob'), await test.user('Cy')]
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] }, ann)
    await rejects(retryMassReset(signon, root, id), { code: 'forbidden' })
    await retryMassReset(signon, other, id)
    deepEqual(await test.jobs(), ['reset-passwords-of-many', 'reset-passwords-of-many'])
    equal((await signon.single.massResets.seek(id))?.stoppedBecause, null)
    await work(id)
    deepEqual(await progressOf(id), { all: 3, reset: 3, unchanged: 0, failed: 0 })
    for (const user of [ann, bob, cy]) deepEqual(await resetBy(user), [{ kind: 'person', id: other.userId }])
    const notesBy = ({ userId }: typeof root) =>
      rows('select note from events where number = 90 and actor_id = $1', [userId])
    deepEqual(await notesBy(root), [{ note: '3 users (Normal): leak' }])
    deepEqual(await notesBy(other), [{ note: '3 users (Normal), gone on with' }])
    await rejects(retryMassReset(signon, other, id), { code: 'conflict' })
  })

  it('is done by one of those who press the button at once', async () => {
    const root = await actingSuperadmin('Root')
    const others = [await actingSuperadmin('Other'), await actingSuperadmin('Third')]
    const ann = await test.user('Ann')
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] })
    const tries = await Promise.allSettled(others.map((other) => retryMassReset(signon, other, id)))
    deepEqual(tries.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const first = others[tries.findIndex(({ status }) => status === 'fulfilled')]
    const told = tries.find((one) => one.status === 'rejected')?.reason
    match(String(told), /somebody has gone on with it already/)
    await Promise.all([work(id), work(id)])
    deepEqual(await resetBy(ann), [{ kind: 'person', id: first?.userId }])
  })

  it('stops again when whoever went on with it may not do it any more, and another one goes on', async () => {
    const [root, other, third] = [
      await actingSuperadmin('Root'),
      await actingSuperadmin('Other'),
      await actingSuperadmin('Third'),
    ]
    const ann = await test.user('Ann')
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] })
    await retryMassReset(signon, other, id)
    await loseRole(other)
    await work(id)
    equal(await hasPassword(ann), true)
    const stopped = (await signon.single.massResets.seek(id))?.stoppedBecause ?? ''
    match(stopped, /may not do this any more/)
    doesNotMatch(stopped, /began/)
    await retryMassReset(signon, third, id)
    await work(id)
    deepEqual(await resetBy(ann), [{ kind: 'person', id: third.userId }])
  })

  it('makes a person of pages answer for what an operator began', async () => {
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    const root = await actingSuperadmin('Root')
    const id = await begin({ ...nobody, roles: ['normal'] })
    await signon.single.massResets.note(id, bob.id, 'failed', 'It was busy')
    await work(id)
    await rejects(retryMassReset(signon, operator, id), { code: 'forbidden' })
    await retryMassReset(signon, root, id)
    await work(id)
    deepEqual(await resetBy(ann), [{ kind: 'console', id: null }])
    deepEqual(await resetBy(bob), [{ kind: 'person', id: root.userId }])
  })

  it('is noticed by a worker that had looked at the reset before', async () => {
    const [root, other] = [await actingSuperadmin('Root'), await actingSuperadmin('Other')]
    const ann = await test.user('Ann')
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] })
    await rows('update mass_resets set ended_at = null, stopped_because = null where id = $1', [id])
    const { takeNext } = signon.single.massResets
    equal((await takeNext(id))?.continuedBy, null)
    await rows(`update mass_resets set ended_at = $2, stopped_because = 'x' where id = $1`, [id, clock.now()])
    await retryMassReset(signon, other, id)
    const taken = await takeNext(id)
    deepEqual([taken?.user, taken?.continuedBy], [ann.id, other.userId])
  })

  it('sends mails at a pace, too, and lets nobody wait for those who had theirs', async () => {
    equal(mailsFromThenOn(start, 400, after(start, -day)).getTime(), after(start, -2 * minute).getTime())
    equal(mailsFromThenOn(after(start, minute), 400, start).getTime(), start.getTime())
    const [root, other] = [await actingSuperadmin('Root'), await actingSuperadmin('Other')]
    const [ann, bob] = [await test.user('Ann'), await test.user('Bob')]
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] })
    const places = 'update mass_reset_members set place = $2 where user_id = $1'
    await rows(places, [ann.id, 1000])
    await rows(places, [bob.id, 1400])
    clock.step(60 * minute)
    await retryMassReset(signon, other, id)
    await work(id)
    const mails = await rows<{ run_at: Date }>(
      `select run_at from graphile_worker._private_jobs where payload->>'mail' is not null order by run_at`,
    )
    deepEqual(
      mails.map(({ run_at }) => run_at),
      [clock.now(), after(clock.now(), 2 * minute)],
    )
  })
})

describe('the pages of it', () => {
  it('lead from a choice over what will happen to the report, without a script', async () => {
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    const ann = await test.user('Ann')
    await test.user('Admin', { role: 'admin' })
    const browser = await test.signedIn(root)
    const { location } = await choose(browser, [['roles[]', 'normal']])
    const preview = (await browser.get(location)).text
    match(preview, /Reset passwords of 1 user</)
    match(preview, /Ann \(ann@example\.gov\.uk\)/)
    match(preview, /Reset 1 password\s*</)
    equal(await hasPassword(ann), true)

    const refused = await browser.post(location, { reason: '' })
    deepEqual([refused.status, /Enter a reason/.test(refused.text)], [400, true])
    equal((await browser.post(location, { reason: 'leak' })).status, 303)
    match((await browser.get(location)).text, /In progress/)
    await work(numberOf(location))
    const report = (await browser.get(location)).text
    match(report, /Done\./)
    match(report, /1 of 1 user processed: 1 reset, 0 with nothing to reset, 0 failed/)
    doesNotMatch(report, /admin@example/)
    equal((await browser.post(location, { reason: 'again' }, newPage)).status, 409)
  })

  it('refuse what is mistyped, and repeat what was typed', async () => {
    const browser = await test.signedIn(await test.user('Root', { role: 'superadmin', twoStep: true }))
    for (const [fields, words] of [
      [[], /Choose whose passwords to reset/],
      [
        [
          ['everybody', 'yes'],
          ['roles[]', 'admin'],
        ],
        /Choose either everybody, or some/,
      ],
      [[['roles[]', 'admin']], /Nobody who can sign in with a password/],
      [[['roles[]', 'nonsense']], /Choose whose passwords to reset/],
      [
        [
          ['roles[]', 'normal'],
          ['since', '31/2/2026'],
        ],
        /Enter the day ‘31\/2\/2026’(.|\n)*value="31\/2\/2026"/,
      ],
    ] as const) {
      const page = await choose(browser, fields)
      equal(page.status, 400)
      match(page.text, words)
      match(page.text, /<title>\s*Error: /)
    }
    deepEqual(await rows('select from mass_resets where begun_by is not null'), [])
  })

  it('offer another try for those who failed', async () => {
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    const ann = await test.user('Ann')
    const browser = await test.signedIn(root)
    const { location } = await choose(browser, [['everybody', 'yes']])
    await browser.post(location, { reason: 'leak' })
    await signon.single.massResets.note(numberOf(location), ann.id, 'failed', 'It was busy')
    await work(numberOf(location))
    match((await browser.get(`${location}?outcome=failed`)).text, /Failed: It was busy/)
    match((await browser.get(location)).text, /Try 1 user again/)
    equal((await browser.post(`${location}/retry`, {}, location)).status, 303)
    await work(numberOf(location))
    doesNotMatch((await browser.get(location)).text, /Try 1 user again/)
  })

  it('offer to go on with those whose turn never came, and tell whoever is too late', async () => {
    const root = await actingSuperadmin('Root')
    const other = await test.user('Other', { role: 'superadmin', twoStep: true })
    await test.user('Ann')
    const bob = await test.user('Bob')
    const id = await stoppedReset(root, { ...nobody, roles: ['normal'] }, bob)
    const browser = await test.signedIn(other)
    const location = `/users/password_resets/${id}`
    match((await browser.get(location)).text, /Stopped: (.|\n)*Go on with 2 users\s*</)
    equal((await browser.post(`${location}/retry`, {}, location)).status, 303)
    const late = await browser.post(`${location}/retry`, {}, location)
    deepEqual([late.status, /somebody has gone on with it already/.test(late.text)], [409, true])
    doesNotMatch((await browser.get(location)).text, /Go on with/)
    await work(id)
    match((await browser.get(location)).text, /Done\.(.|\n)*2 of 2 users processed: 2 reset/)
  })
})
