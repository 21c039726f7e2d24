import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, afterEach, describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import type { User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { openDatabase } from '#store/connection.ts'
import { type ApplicationServer, startApplicationServer } from '#test/application-server.ts'
import { onServer, serverUrl } from '#test/database.ts'
import { operator, startSignon } from '#test/signon.ts'
import { startWorker, type WorkerParts } from './worker.ts'

const test = await startSignon()
const { signon, rows } = test
const db = openDatabase(test.databaseUrl, 5, () => undefined)

const servers: ApplicationServer[] = []
after(async () => {
  for (const server of servers) await server.stop()
  await db.destroy()
})
const application = async (name: string, permissions: readonly string[] = []): Promise<ApplicationServer> => {
  const server = await startApplicationServer(test, name, { permissions })
  servers.push(server)
  return server
}

interface LogLine {
  readonly level: number
  readonly msg: string
  readonly job?: string
  readonly attempt?: number
  readonly reason?: string
}

/** A worker that is stopped with its test, and what it logs. */
const worker = async (t: TestContext, changes: Partial<WorkerParts> = {}) => {
  const log: LogLine[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  const parts = {
    signon,
    db,
    databaseUrl: test.databaseUrl,
    caller: applicationCaller(),
    logger,
    jobsAtOnce: 5,
  }
  const { stop } = await startWorker({ ...parts, ...changes })
  let stopped: Promise<void> | undefined
  const stopOnce = (milliseconds?: number): Promise<void> => {
    stopped ??= stop(milliseconds)
    return stopped
  }
  t.after(() => stopOnce(0))
  return { log, stop: stopOnce }
}

/** Waits, up to 20 seconds, until `holds` does. */
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (let round = 0; round < 800; round += 1) {
    if (await holds()) return
    await pause(25)
  }
  throw new Error(`It never happened that ${holds}`)
}

interface WaitingJob {
  readonly name: string
  readonly attempts: number
  readonly max_attempts: number
  readonly last_error: string | null
  readonly isLocked: boolean
  /** Until it is tried, by the database’s clock. */
  readonly seconds: number
}
const queue = (): Promise<readonly WaitingJob[]> =>
  rows(`select task_identifier as name, attempts, max_attempts, last_error, locked_at is not null as "isLocked",
    extract(epoch from run_at - now())::float8 as seconds from graphile_worker.jobs order by id`)
const pushes = async (): Promise<readonly WaitingJob[]> =>
  (await queue()).filter(({ name }) => name !== 'announce-user')
const isDone = async (): Promise<boolean> => (await queue()).length === 0
const due = (): Promise<unknown> =>
  rows(`with due as (update graphile_worker._private_jobs set run_at = now() where locked_at is null)
    select pg_notify('jobs:insert', '{"count": 5}')`)
afterEach(async () => {
  await rows('delete from graphile_worker._private_jobs')
})

const suspend = (user: User): Promise<void> =>
  signon.transaction(async (work) => {
    await work.users.suspend(user.id, 'Left')
    await work.record({ name: 'account-suspended', about: user }, operator)
  })
const pushUpdate = (user: User, { id }: ApplicationServer): Promise<void> =>
  signon.single.jobs.add({ name: 'push-user-update', payload: { user: user.id, application: id } })

describe('from a change to the applications', () => {
  it('CC-75 a suspension reaches every application as a PUT and a reauthentication', async (t) => {
    const apps = [await application('Whitehall'), await application('Publisher')]
    const user = await test.user('Ann', { uses: apps })
    await suspend(user)
    const { log } = await worker(t)
    await until(isDone)

    for (const app of apps) {
      deepEqual([...app.heard()].sort(), [`POST ${user.uid}/reauth 200`, `PUT ${user.uid} 200`])
      deepEqual([app.users.get(user.uid)?.permissions, app.users.get(user.uid)?.disabled], [[], true])
    }
    deepEqual(log, [])
  })

  it('CC-76 the removal of signin reaches its application as a PUT, then a reauthentication', async (t) => {
    const app = await application('Removing', ['editor'])
    const user = await test.user('Bob', { uses: [app] })
    await signon.transaction(async (work) => {
      await work.grants.remove(user.id, app.id, await work.grants.findPermission(app.id, 'signin'))
      await work.record({ name: 'permissions-removed', about: user, application: app.id }, operator)
    })
    await worker(t)
    await until(isDone)

    deepEqual(app.heard(), [`PUT ${user.uid} 200`, `POST ${user.uid}/reauth 200`])
    deepEqual(app.users.get(user.uid)?.permissions, [])
  })

  it('CC-77 the removal of another permission reaches it as a PUT only', async (t) => {
    const app = await application('Trimming', ['editor'])
    const user = await test.user('Cat', { uses: [app] })
    await test.grant(user, app, 'editor')
    await signon.transaction(async (work) => {
      await work.grants.remove(user.id, app.id, await work.grants.findPermission(app.id, 'editor'))
      await work.record({ name: 'permissions-removed', about: user, application: app.id }, operator)
    })
    await worker(t)
    await until(isDone)

    deepEqual(app.heard(), [`PUT ${user.uid} 200`])
  })

  it('CC-81 signing out does not wait for applications, and is done whether they hear of it or not', async (t) => {
    const app = await application('Hanging')
    app.answer(() => undefined)
    const user = await test.user('Dan', { uses: [app] })
    await worker(t, { caller: applicationCaller({ answerMilliseconds: 300 }) })
    const browser = test.browser()
    await browser.signIn(user.email)

    const begun = performance.now()
    equal((await browser.get('/users/sign_out')).status, 302)
    ok(performance.now() - begun < 250)
    await until(async () => (await queue())[0]?.last_error === 'Hanging did not answer within 0.3 seconds.')
    match((await browser.get('/')).location, /sign_in/)
  })
})

describe('an application that is down', () => {
  it('CC-78 is tried again with growing pauses, and loses nothing', async (t) => {
    const app = await application('Down')
    const user = await test.user('Eve', { uses: [app] })
    app.answer((_request, response) => response.writeHead(500).end())
    await pushUpdate(user, app)
    const { log } = await worker(t)

    const pauses: number[] = []
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      await until(async () =>
        (await queue()).some(({ attempts, isLocked }) => attempts === attempt && !isLocked),
      )
      const [job] = await queue()
      equal(job?.last_error, 'Down answered with status 500.')
      equal(job.max_attempts, 14)
      pauses.push(Math.round(job.seconds))
      await due()
    }
    deepEqual(
      pauses.slice(1).map((seconds, index) => seconds > 2 * (pauses[index] ?? 0)),
      [true, true, true, true, true, true],
    )
    ok(pauses[0] === 2 || pauses[0] === 3)
    deepEqual(await rows('select from user_applications where user_id = $1', [user.id]), [])
    const { job, attempt, reason, msg } = log[0] ?? {}
    deepEqual(
      { job, attempt, reason, msg },
      { job: 'push-user-update', attempt: 1, reason: 'Down answered with status 500.', msg: 'job failed' },
    )
    equal(/sgn_|Bearer/.test(JSON.stringify(log)), false)

    app.answer()
    await due()
    await until(isDone)
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
    equal(
      (
        await rows('select from user_applications where user_id = $1 and last_synced_at is not null', [
          user.id,
        ])
      ).length,
      1,
    )
  })

  it('CC-78 leaves a dead letter after the last try, 28 hours after the first', async (t) => {
    const app = await application('Gone')
    const user = await test.user('Fay', { uses: [app] })
    app.answer((_request, response) => response.writeHead(404).end())
    await pushUpdate(user, app)
    await rows('update graphile_worker._private_jobs set attempts = 13')
    const { log } = await worker(t)
    await until(async () => (await queue()).some(({ attempts, isLocked }) => attempts === 14 && !isLocked))
    await due()
    await pause(200)

    equal(app.calls.length, 1)
    deepEqual(
      log.map(({ level, msg }) => [level, msg]),
      [[50, 'job failed for the last time']],
    )
    const hours = Array.from({ length: 13 }, (_, index) => Math.exp(Math.min(index + 1, 10)) / 3600)
    equal(Math.floor(hours.reduce((sum, one) => sum + one)), 28)
  })

  it('forgets a failure that a newer push has replaced', async (t) => {
    const app = await application('Replaced')
    const user = await test.user('Gus', { uses: [app] })
    app.answer(async (_request, response) => {
      app.answer()
      await pushUpdate(user, app)
      response.writeHead(500).end()
    })
    await pushUpdate(user, app)
    const first = await worker(t)
    await until(async () => app.calls.length === 2 && (await queue()).every(({ isLocked }) => !isLocked))
    deepEqual(
      (await queue()).map(({ attempts, last_error }) => [attempts, last_error]),
      [[14, 'Replaced answered with status 500.']],
    )

    await first.stop()
    await worker(t)
    await until(isDone)
    equal(app.calls.length, 2)
  })
})

describe('a worker', () => {
  it('that is stopped finishes what it does, and takes nothing more', async (t) => {
    const app = await application('Slow')
    const users = [await test.user('Hal', { uses: [app] }), await test.user('Ida', { uses: [app] })]
    app.answer((_request, response) => void setTimeout(() => response.end(), 400))
    for (const user of users) await pushUpdate(user, app)
    const { stop } = await worker(t, { jobsAtOnce: 1 })
    await until(async () => (await pushes()).some(({ isLocked }) => isLocked))
    console.log(performance.now().toFixed(0), 'stop called')
    await stop()
    console.log(
      performance.now().toFixed(0),
      'stop done',
      await rows('select id, locked_by, attempts, task_identifier from graphile_worker.jobs'),
    )

    deepEqual(
      (await pushes()).map(({ attempts, isLocked }) => [attempts, isLocked]),
      [[0, false]],
    )
    equal(app.calls.length, 1)
  })

  it('that is stopped gives back what lasts too long', async (t) => {
    const app = await application('Endless')
    app.answer(() => undefined)
    await pushUpdate(await test.user('Jim', { uses: [app] }), app)
    const { stop } = await worker(t)
    await until(async () => (await pushes()).some(({ isLocked }) => isLocked))
    const begun = performance.now()
    await stop(200)

    ok(performance.now() - begun < 2000)
    deepEqual(
      (await pushes()).map(({ attempts, isLocked, last_error }) => [attempts, isLocked, last_error]),
      [[1, false, 'The worker was stopped.']],
    )
  })

  it('that is killed holds its jobs for a minute, not for hours', async (t) => {
    const app = await application('Orphaned')
    const user = await test.user('Kay', { uses: [app] })
    app.answer(() => undefined)
    await pushUpdate(user, app)
    const child = spawn(process.execPath, ['--input-type=module', '--eval', workerProcess], {
      env: { ...process.env, DATABASE_URL: test.databaseUrl },
      stdio: 'inherit',
    })
    t.after(() => child.kill('SIGKILL'))
    await until(async () => (await pushes()).some(({ isLocked }) => isLocked))
    child.kill('SIGKILL')
    await once(child, 'exit')
    app.answer()

    const early = await worker(t)
    await pause(300)
    deepEqual(
      (await pushes()).map(({ isLocked }) => isLocked),
      [true],
    )
    await early.stop()

    await rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '61 seconds'`)
    const { log } = await worker(t)
    await until(isDone)
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
    deepEqual(
      log.map(({ msg }) => msg),
      ['took up the jobs of workers that are gone'],
    )
  })

  it('keeps its jobs as long as it lives, however long they last', async (t) => {
    const app = await application('Lasting')
    app.answer(() => undefined)
    await pushUpdate(await test.user('Leo', { uses: [app] }), app)
    const first = await worker(t, { caller: applicationCaller({ answerMilliseconds: 60_000 }) })
    await until(async () => (await pushes()).some(({ isLocked }) => isLocked))
    await rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '3 hours'`)
    await worker(t)
    await pause(300)

    deepEqual(
      (await pushes()).map(({ attempts, isLocked }) => [attempts, isLocked]),
      [[1, true]],
    )
    await first.stop(0)
  })

  it('takes the queue up again when the database was away in the middle of a job', async (t) => {
    const app = await application('Surviving')
    const user = await test.user('Mia', { uses: [app] })
    const isHeld = Promise.withResolvers<void>()
    app.answer((_request, response) => {
      app.answer()
      isHeld.promise.then(() => response.writeHead(500).end())
    })
    await pushUpdate(user, app)
    const { log } = await worker(t)
    await until(async () => (await pushes()).some(({ isLocked }) => isLocked))
    const database = new URL(test.databaseUrl).pathname.slice(1)
    await onServer(serverUrl(), `alter database ${database} allow_connections false`)
    await rows(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [database],
    )
    isHeld.resolve()
    await until(() => log.some(({ msg }) => msg === 'the queue was lost, and is taken up again'))
    await onServer(serverUrl(), `alter database ${database} allow_connections true`)
    await suspend(user)

    await until(() => app.users.get(user.uid)?.disabled === true)
  })

  it('makes the log’s partitions for the months to come, every day', async (t) => {
    const { stop } = await worker(t)
    const known = await rows<{ identifier: string }>(
      'select identifier from graphile_worker._private_known_crontabs',
    )
    deepEqual(known, [{ identifier: 'make-event-months' }])
    await stop()

    test.clock.step(150 * day)
    await rows(`select graphile_worker.add_job('make-event-months')`)
    await worker(t)
    await until(isDone)
    deepEqual(await rows(`select to_regclass('events_2027_07')::text as month`), [
      { month: 'events_2027_07' },
    ])
  })
})

/** A worker in a process of its own, whose calls last until it is killed. */
const workerProcess = `
  import { pino } from 'pino'
  import { systemClock } from '#kernel/clock.ts'
  import { systemRandom } from '#kernel/random.ts'
  import { keyRing } from '#kernel/sealed.ts'
  import { startWorker } from '#main/worker.ts'
  import { openDatabase } from '#store/connection.ts'
  import { createSignon } from '#store/signon.ts'

  const databaseUrl = process.env.DATABASE_URL
  const db = openDatabase(databaseUrl, 5, () => undefined)
  const keys = keyRing([{ id: 'test', bytes: Buffer.alloc(32, 7) }])
  const signon = createSignon({ db, clock: systemClock, random: systemRandom, keys, passwords: undefined })
  const forever = () => new Promise(() => undefined)
  const caller = { update: forever, reauthenticate: forever }
  await startWorker({ signon, db, databaseUrl, caller, logger: pino({ level: 'silent' }), jobsAtOnce: 5 })
`
