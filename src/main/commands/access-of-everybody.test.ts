import { deepEqual, match } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { testCommands } from '#test/commands.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { run, json, refusal } = testCommands(test)
const home = await test.organisation('Home Office')
const whitehall = await test.application('Whitehall', { permissions: ['editor', 'export'] })
const publisher = await test.application('Publisher', { permissions: ['Editor'] })
const retired = await test.application('Old')
await test.rows('update applications set retired_at = $1 where id = $2', [test.clock.now(), retired.id])

const held = (user: User, { id }: TestApplication) => test.signon.single.grants.held(user.id, id)
const announced = () =>
  test.rows<{ payload: object; priority: number }>(
    `select j.payload, j.priority from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'announce-user' order by (j.payload->>'user')::int, j.id`,
  )

beforeEach(async () => {
  await test.rows('delete from users')
  await test.rows('delete from graphile_worker._private_jobs')
})

describe('users grant-application-access', () => {
  it('lets everybody in but the suspended and API users, records it and tells applications (BO-Q16)', async () => {
    const [ann, bob, sue] = [
      await test.user('Ann'),
      await test.user('Bob', { uses: [whitehall] }),
      await test.user('Sue'),
    ]
    await test.signon.single.users.suspend(sue.id, 'left')
    const { user: robot } = await test.machine('Robot', publisher)
    const line = ['users', 'grant-application-access', 'Whitehall']
    const document = { matched: 1, details: [{ email: ann.email, outcome: 'would be let in' }] }
    deepEqual(await json(...line, '--dry-run'), { ...document, changed: 0, dry_run: true })
    deepEqual(await held(ann, whitehall), [])

    match(
      (await run(...line)).out,
      /ann@example\.gov\.uk {2}let in\n1 found, 1 let in\.\nSuspended people are left out/,
    )
    for (const [user, names] of [
      [ann, ['signin']],
      [bob, ['signin']],
      [sue, []],
      [robot, []],
    ] as const)
      deepEqual(await held(user, whitehall), names, user.name)
    deepEqual([await test.events(ann.uid), await test.jobs()], [[35], ['announce-user']])
    deepEqual(await json(...line), { matched: 0, changed: 0, details: [] })
  })

  it('for one organisation takes its suspended people in, too', async () => {
    const ann = await test.user('Ann', { organisationId: home })
    const sue = await test.user('Sue', { organisationId: home })
    const elsewhere = await test.user('Elsewhere')
    await test.signon.single.users.suspend(sue.id, 'left')
    const { matched, changed } = await json(
      'users',
      'grant-application-access-for-org',
      'whitehall',
      'home-office',
    )
    deepEqual([matched, changed], [2, 2])
    for (const user of [ann, sue]) deepEqual(await held(user, whitehall), ['signin'])
    deepEqual(await held(elsewhere, whitehall), [])
  })

  it('refuses unknown and retired applications, and unknown organisations', async () => {
    for (const [line, code, words] of [
      [['grant-application-access', 'Nonsense'], 'not-found', /Nonsense/],
      [['grant-application-access', 'Old'], 'conflict', /Old is retired/],
      [['grant-application-access-for-org', 'Whitehall', 'nowhere'], 'not-found', /nowhere/],
      [['revoke-application-access', 'Nonsense'], 'not-found', /Nonsense/],
      [['push-permissions', '--application', 'Nonsense'], 'not-found', /Nonsense/],
      [['push-permissions', '--application', 'Old'], 'conflict', /Old is retired/],
      [['migrate-permissions', '--source', 'Nonsense', '--target', 'Publisher'], 'not-found', /Nonsense/],
      [['migrate-permissions', '--source', 'Publisher', '--target', 'publisher'], 'invalid', /the same/],
      [['migrate-permissions', '--source', 'Publisher', '--target', 'Old'], 'conflict', /Old is retired/],
    ] as const) {
      const [exit, kind, message] = await refusal('users', ...line)
      deepEqual([exit, kind], [1, code], line.join(' '))
      match(message, words)
    }
  })
})

describe('users revoke-application-access', () => {
  it('takes everything from everybody, API users, too, and ends tokens and codes', async () => {
    const ann = await test.user('Ann', { uses: [whitehall, publisher] })
    await test.grant(ann, whitehall, 'editor')
    const dormant = await test.user('Dormant')
    await test.grant(dormant, whitehall, 'editor')
    const { user: robot } = await test.machine('Robot', whitehall)
    const at = test.clock.now()
    await test.rows(
      `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_hash, created_at, expires_at)
       values (1, $1, $2, $3, 'https://whitehall.example', $4, $3, $5)`,
      [ann.id, whitehall.id, at, Buffer.alloc(32), after(at, 3650 * day)],
    )
    const line = ['users', 'revoke-application-access', 'Whitehall']
    deepEqual((await json(...line, '--dry-run')).matched, 3)
    deepEqual(await held(ann, whitehall), ['editor', 'signin'])
    const { matched, changed } = await json(...line)
    deepEqual([matched, changed], [3, 3])
    for (const user of [ann, dormant, robot]) deepEqual(await held(user, whitehall), [], user.name)
    deepEqual(await held(ann, publisher), ['signin'])
    deepEqual([await test.events(ann.uid), await test.events(robot.uid)], [[36], [36, 30]])
    deepEqual(await test.rows('select ended_at is not null as ended from authorizations'), [{ ended: true }])
    deepEqual(await test.rows('select revoked_at is not null as revoked from api_tokens'), [
      { revoked: true },
    ])
  })
})

describe('users migrate-permissions', () => {
  it('gives what people hold on one application on the other, and takes nothing', async () => {
    const ann = await test.user('Ann', { uses: [publisher] })
    await test.grant(ann, publisher, 'Editor')
    const bob = await test.user('Bob', { uses: [publisher, whitehall] })
    const dormant = await test.user('Dormant')
    await test.grant(dormant, publisher, 'Editor')
    const line = ['users', 'migrate-permissions', '--source', 'Publisher', '--target', 'Whitehall']
    deepEqual((await json(...line, '--dry-run')).changed, 0)
    deepEqual(await json(...line), {
      matched: 2,
      changed: 1,
      details: [
        { email: ann.email, outcome: 'given' },
        { email: bob.email, outcome: 'holds it all already' },
      ],
    })
    deepEqual(
      [await held(ann, whitehall), await held(ann, publisher)],
      [
        ['editor', 'signin'],
        ['Editor', 'signin'],
      ],
    )
    deepEqual(await held(dormant, whitehall), [])
    deepEqual([await test.events(ann.uid), await test.jobs()], [[35], ['announce-user']])
  })

  it('looks first whether the target has all of them', async () => {
    const ann = await test.user('Ann', { uses: [whitehall] })
    const [, code, message] = await refusal(
      ...['users', 'migrate-permissions', '--source', 'Whitehall', '--target', 'Publisher'],
    )
    deepEqual([code, message], ['not-found', 'Publisher has no permission called export, as Whitehall has.'])
    deepEqual(await held(ann, publisher), [])
  })
})

describe('users push-permissions', () => {
  it('has applications told of everybody they hear of, behind everything else', async () => {
    const ann = await test.user('Ann', { uses: [whitehall] })
    await test.user('Bob')
    const line = ['users', 'push-permissions']
    deepEqual(await json(...line, '--dry-run'), { matched: 1, changed: 0, details: [], dry_run: true })
    deepEqual(await announced(), [])
    deepEqual(await json(...line), { matched: 1, changed: 1, details: [] })
    const payload = { user: ann.id, update: true, reauthenticate: false, isPatient: true }
    deepEqual(await announced(), [{ payload, priority: 3 }])
    deepEqual(await test.rows('select note from events where number = 97'), [{ note: '1 user' }])
  })

  it('tells one application only when it is named', async () => {
    const ann = await test.user('Ann', { uses: [whitehall, publisher] })
    await test.user('Bob', { uses: [publisher] })
    deepEqual((await json('users', 'push-permissions', '--application', 'Whitehall')).changed, 1)
    const { announceUser } = await import('#features/push-updates/announce-user.job.ts')
    const [job] = await announced()
    deepEqual(job?.payload, {
      user: ann.id,
      update: true,
      reauthenticate: false,
      isPatient: true,
      only: whitehall.id,
    })
    await announceUser(test.signon)({ user: ann.id, update: true, reauthenticate: false, only: whitehall.id })
    const pushes = await test.rows(
      `select j.payload->'application' as application from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'push-user-update'`,
    )
    deepEqual(pushes, [{ application: whitehall.id }])
  })
})
