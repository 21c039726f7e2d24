import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { Jobs } from '#domain/jobs.ts'
import type { User } from '#domain/user.ts'
import { after as later, minute, second, systemClock } from '#kernel/clock.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { type ApplicationServer, startApplicationServer } from '#test/application-server.ts'
import { testClient } from '#test/client.ts'
import type { ApplicationOptions, TestApplication } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { announceUser } from './announce-user.job.ts'
import { pushCredential } from './push-credential.ts'
import { pushReauthentication } from './push-reauthentication.job.ts'
import { pushUserUpdate } from './push-user-update.job.ts'

const test = await startSignon()
const { signon, clock, rows } = test

const servers: ApplicationServer[] = []
after(async () => {
  for (const server of servers) await server.stop()
})
const application = async (name: string, options?: ApplicationOptions): Promise<ApplicationServer> => {
  const server = await startApplicationServer(test, name, options)
  servers.push(server)
  return server
}

const update = (user: User, { id }: TestApplication): Promise<void> =>
  pushUserUpdate(signon, applicationCaller())({ user: user.id, application: id })
const reauthenticate = (user: User, { id }: TestApplication): Promise<void> =>
  pushReauthentication(signon, applicationCaller())({ user: user.id, application: id })
const announce = (user: User, what: Partial<Jobs['announce-user']>): Promise<void> =>
  announceUser(signon)({ user: user.id, update: false, reauthenticate: false, ...what })

/** The pushes that wait about somebody: what for, and to which application. */
const waiting = async (user: User): Promise<readonly string[]> =>
  (
    await rows<{ push: string }>(
      `select j.task_identifier || ' to ' || a.name as push from graphile_worker.jobs j
       join graphile_worker._private_jobs p using (id) join applications a on a.id = (p.payload->>'application')::integer
       where j.task_identifier <> 'announce-user' and (p.payload->>'user')::integer = $1 order by j.id`,
      [user.id],
    )
  ).map(({ push }) => push)
const syncedAt = async (user: User, { id }: TestApplication): Promise<Date | undefined> =>
  (
    await rows<{ at: Date }>(
      'select last_synced_at as at from user_applications where user_id = $1 and application_id = $2',
      [user.id, id],
    )
  )[0]?.at
const take = async (user: User, { id }: TestApplication, name: string): Promise<void> => {
  await signon.single.grants.remove(user.id, id, await signon.single.grants.findPermission(id, name))
}

describe('telling an application of a change', () => {
  it('CC-70, CC-72 sends exactly what /user.json answers, with a token that the application can check meanwhile', async () => {
    const app = await application('Whitehall', { permissions: ['Editor', 'admin'] })
    const user = await test.user('Ann', { uses: [app] })
    await test.grant(user, app, 'admin', 'Editor')
    const browser = test.browser()
    await browser.signIn(user.email)
    const client = testClient(test.url, app)
    const { body: tokens } = await client.exchange(await client.codeFor(browser))
    const expected = await (await client.userInfo(String(tokens['access_token']))).text()

    await update(user, app)
    deepEqual(app.heard(), [`PUT ${user.uid} 200`])
    equal(app.calls[0]?.body, expected)
    deepEqual(app.users.get(user.uid)?.permissions, ['admin', 'Editor', 'signin'])
  })

  it('CC-71 asks for authentication anew with {}', async () => {
    const app = await application('Publisher')
    const user = await test.user('Bob', { uses: [app] })
    await update(user, app)
    await reauthenticate(user, app)

    deepEqual(app.heard(), [`PUT ${user.uid} 200`, `POST ${user.uid}/reauth 200`])
    equal(app.users.get(user.uid)?.isRemotelySignedOut, true)
  })

  it('notes when the application had the permissions, and that of no other', async () => {
    const [app, other] = [await application('Noted'), await application('Other')]
    const user = await test.user('Cat', { uses: [app, other] })
    clock.step(minute)
    await update(user, app)

    deepEqual(await syncedAt(user, app), clock.now())
    equal(await syncedAt(user, other), undefined)
  })

  it('CC-78 notes nothing until the application has taken it', async () => {
    const app = await application('Down')
    const user = await test.user('Dan', { uses: [app] })
    await update(user, app)
    const noted = await syncedAt(user, app)
    clock.step(minute)
    await take(user, app, 'signin')

    app.answer((_request, response) => response.writeHead(503).end())
    await rejects(update(user, app), { message: 'Down answered with status 503.' })
    deepEqual([await syncedAt(user, app), await waiting(user)], [noted, []])

    app.answer()
    await update(user, app)
    deepEqual(await syncedAt(user, app), clock.now())
  })

  it('CC-75 tells of a suspended person: disabled, and without permissions', async () => {
    const app = await application('Suspending')
    const user = await test.user('Eve', { uses: [app] })
    await signon.transaction(async (work) => {
      await work.users.suspend(user.id, 'Left')
      await work.record({ name: 'account-suspended', about: user }, operator)
    })
    await announce(user, { update: true, reauthenticate: true })
    deepEqual(await waiting(user), ['push-user-update to Suspending', 'push-reauthentication to Suspending'])

    await update(user, app)
    deepEqual(app.users.get(user.uid), { permissions: [], disabled: true, isRemotelySignedOut: false })
  })

  it('CC-76 asks for authentication anew once it has told that signin is gone', async () => {
    const app = await application('Removing', { permissions: ['editor'] })
    const user = await test.user('Fay', { uses: [app] })
    await test.grant(user, app, 'editor')
    await take(user, app, 'signin')
    await update(user, app)

    deepEqual(app.users.get(user.uid)?.permissions, ['editor'])
    deepEqual(await waiting(user), ['push-reauthentication to Removing'])
    await reauthenticate(user, app)
    deepEqual(app.heard(), [`PUT ${user.uid} 200`, `POST ${user.uid}/reauth 200`])
  })

  it('CC-77 asks for nothing more when another permission is gone', async () => {
    const app = await application('Trimming', { permissions: ['editor'] })
    const user = await test.user('Gus', { uses: [app] })
    await test.grant(user, app, 'editor')
    await take(user, app, 'editor')
    await update(user, app)

    deepEqual([app.users.get(user.uid)?.permissions, await waiting(user)], [['signin'], []])
  })

  it('tells again when the person changed on the way, for a newer push may have been faster', async () => {
    const app = await application('Overtaken', { permissions: ['editor'] })
    const user = await test.user('Hal', { uses: [app] })
    app.answer(async (_request, response) => {
      await test.grant(user, app, 'editor')
      response.end()
    })
    await update(user, app)
    deepEqual(await waiting(user), ['push-user-update to Overtaken'])
  })

  it('CC-78 tells again half a minute later when it failed and the person changed on the way, and moves nothing that waits', async () => {
    const app = await application('Late', { permissions: ['editor'] })
    const user = await test.user('Hugo', { uses: [app] })
    app.answer(async (_request, response) => {
      await test.grant(user, app, 'editor')
      await announce(user, { update: true })
      response.writeHead(503).end()
    })
    await rejects(update(user, app), { message: 'Late answered with status 503.' })
    const times = async () =>
      (
        await rows<{ at: Date }>(
          'select run_at as at from graphile_worker.jobs where key like $1 order by id',
          [`push-user-update%:${user.id}:${app.id}`],
        )
      ).map(({ at }) => at)
    const [first, again] = await times()
    deepEqual(await waiting(user), ['push-user-update to Late', 'push-user-update to Late'])
    ok(first && first < later(systemClock.now(), second))
    deepEqual(again, later(clock.now(), 30 * second))

    // Nor does the later one move when the person changes once more: what failed may still not be saved.
    await announce(user, { update: true })
    const afterwards = await times()
    deepEqual([afterwards.length, afterwards[1]], [2, again])
  })

  it('CC-80 tells nobody again when it failed and the person was deleted on the way', async () => {
    const app = await application('Late and lonely')
    const user = await test.user('Hedda', { uses: [app] })
    app.answer(async (_request, response) => {
      await rows('delete from users where id = $1', [user.id])
      response.writeHead(503).end()
    })
    await rejects(update(user, app), { message: 'Late and lonely answered with status 503.' })
    deepEqual(await waiting(user), [])
  })
})

describe('a push that has nobody to go to any more', () => {
  const dropped = async (user: User, app: ApplicationServer): Promise<void> => {
    await update(user, app)
    await reauthenticate(user, app)
    deepEqual([app.heard(), await waiting(user)], [[], []])
    deepEqual(await rows('select from push_credentials where application_id = $1', [app.id]), [])
  }

  it('CC-74 is dropped when the application takes no pushes', async () => {
    const app = await application('Deaf', { supportsPushUpdates: false })
    await dropped(await test.user('Ida', { uses: [app] }), app)
  })

  it('CC-74 is dropped when the application is retired', async () => {
    const app = await application('Retired')
    await signon.single.applications.retire(app.id)
    await dropped(await test.user('Jim', { uses: [app] }), app)
  })

  it('CC-80 is dropped when the application was deleted', async () => {
    const app = await application('Deleted')
    await rows('delete from applications where id = $1', [app.id])
    await dropped(await test.user('Kay'), app)
  })

  it('CC-80 is dropped when the person was deleted', async () => {
    const app = await application('Lonely')
    const user = await test.user('Leo', { uses: [app] })
    await rows('delete from users where id = $1', [user.id])
    await dropped(user, app)
  })

  it('CC-80 is dropped when the person is deleted while the application is told', async () => {
    const app = await application('Quick')
    const user = await test.user('Mia', { uses: [app] })
    app.answer(async (_request, response) => {
      await rows('delete from users where id = $1', [user.id])
      response.end()
    })
    await update(user, app)
    deepEqual([app.heard().length, await waiting(user)], [1, []])
  })
})

describe('whom a change is announced to', () => {
  it('every application that the person holds or ever used, and the one that is named', async () => {
    const [held, used, named] = [
      await application('A held'),
      await application('B used'),
      await application('C named'),
    ]
    await application('D strange')
    const user = await test.user('Ned', { uses: [held] })
    await signon.single.grants.markSynced(user.id, used.id)

    await announce(user, { update: true, application: named.id })
    deepEqual(await waiting(user), [
      'push-user-update to A held',
      'push-user-update to B used',
      'push-user-update to C named',
    ])
  })

  it('CC-74 no application that is retired or takes no pushes, even when it is named', async () => {
    const [deaf, retired] = [
      await application('E deaf', { supportsPushUpdates: false }),
      await application('F retired'),
    ]
    const user = await test.user('Oli', { uses: [deaf, retired] })
    await signon.single.applications.retire(retired.id)

    await announce(user, { update: true, reauthenticate: true, application: deaf.id })
    await announce(user, { update: true, reauthenticate: true, application: retired.id })
    deepEqual(await waiting(user), [])
  })

  it('each by one waiting push of each kind, however often the person changes', async () => {
    const app = await application('Patient')
    const user = await test.user('Pat', { uses: [app] })
    await Promise.all([1, 2, 3, 4].map(() => announce(user, { update: true, reauthenticate: true })))
    await announce(user, { update: true })

    deepEqual(await waiting(user), ['push-user-update to Patient', 'push-reauthentication to Patient'])
  })

  it('a change begins to be tried anew although the last one has waited long for its next try', async () => {
    const app = await application('Forgiven')
    const user = await test.user('Quin', { uses: [app] })
    await announce(user, { update: true })
    await rows(
      `update graphile_worker._private_jobs set attempts = 9, last_error = 'Down', run_at = run_at + interval '2 hours'
       where key = $1`,
      [`push-user-update:${user.id}:${app.id}`],
    )
    await announce(user, { update: true })

    const [job] = await rows<{ attempts: number; last_error: string | null; run_at: Date }>(
      'select attempts, last_error, run_at from graphile_worker.jobs where key = $1',
      [`push-user-update:${user.id}:${app.id}`],
    )
    deepEqual([job?.attempts, job?.last_error], [0, null])
    ok(job && job.run_at < later(systemClock.now(), minute))
  })

  it('nobody, when it is Signon’s own API user or somebody who is gone', async () => {
    const app = await application('Own')
    await pushCredential(signon, app.id)
    const own = await signon.single.users.findByEmail('signon+permissions@alphagov.co.uk')
    ok(own)
    await announce(own, { update: true, application: app.id })
    const gone = await test.user('Ray')
    await rows('delete from users where id = $1', [gone.id])
    await announce(gone, { update: true, application: app.id })

    deepEqual([await waiting(own), await waiting(gone)], [[], []])
  })
})
