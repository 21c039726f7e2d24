import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { scheduleIn, withoutCluster } from '#domain/jobs.ts'
import { day } from '#kernel/clock.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { onServer, serverUrl } from '#test/database.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { rows } = test
const queue = testQueue(test)

describe('a worker', () => {
  it('that is stopped finishes what it does, and takes nothing more', async (t) => {
    const app = await queue.application('Slow')
    const users = [await test.user('Hal', { uses: [app] }), await test.user('Ida', { uses: [app] })]
    app.answer((_request, response) => void setTimeout(() => response.end(), 400))
    for (const user of users) await queue.pushUpdate(user, app)
    const { stop } = await queue.worker(t, { jobsAtOnce: 1 })
    await until(queue.isTaken)
    await stop()

    deepEqual(
      (await queue.pushes()).map(({ attempts, isLocked }) => [attempts, isLocked]),
      [[0, false]],
    )
    equal(app.calls.length, 1)
  })

  it('that is a process of its own finishes what it does when it is terminated', async (t) => {
    const app = await queue.application('Own process')
    const user = await test.user('Nia', { uses: [app] })
    app.answer((_request, response) => void setTimeout(() => response.end(), 800))
    const child = spawn(process.execPath, ['--input-type=module', '--eval', runWorkerProcess], {
      env: {
        ...process.env,
        DATABASE_URL: test.databaseUrl,
        SIGNON_URL: test.issuer,
        SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
        SIGNON_MAIL: 'folder:/nowhere',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    const log = text(child.stdout)
    const exit = once(child, 'exit')
    await queue.pushUpdate(user, app)
    await until(queue.isTaken)
    child.kill('SIGTERM')

    deepEqual(await exit, [0, null])
    deepEqual([await queue.pushes(), app.calls.length], [[], 1])
    match(await log, /"msg":"worker is ready"/)
  })

  it('that is stopped gives back what lasts too long', async (t) => {
    const app = await queue.application('Endless')
    app.answer(() => undefined)
    await queue.pushUpdate(await test.user('Jim', { uses: [app] }), app)
    const { stop } = await queue.worker(t)
    await until(queue.isTaken)
    await stop(1500)

    deepEqual(
      (await queue.pushes()).map(({ attempts, isLocked, last_error }) => [attempts, isLocked, last_error]),
      [[1, false, null]],
    )
  })

  it('that is killed holds its jobs for a minute, not for hours', async (t) => {
    const app = await queue.application('Orphaned')
    const user = await test.user('Kay', { uses: [app] })
    app.answer(() => undefined)
    await queue.pushUpdate(user, app)
    const child = spawn(process.execPath, ['--input-type=module', '--eval', workerProcess], {
      env: { ...process.env, DATABASE_URL: test.databaseUrl },
      stdio: 'inherit',
    })
    t.after(() => child.kill('SIGKILL'))
    await until(queue.isTaken)
    child.kill('SIGKILL')
    await once(child, 'exit')
    app.answer()

    const early = await queue.worker(t)
    await pause(300)
    deepEqual(
      (await queue.pushes()).map(({ isLocked }) => isLocked),
      [true],
    )
    await early.stop()

    await rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '61 seconds'`)
    const { log } = await queue.worker(t)
    await until(queue.isDone)
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
    deepEqual(
      log.map(({ msg }) => msg),
      ['took up the jobs of workers that are gone'],
    )
  })

  it('keeps its jobs as long as it lives, however long they last', async (t) => {
    const app = await queue.application('Lasting')
    app.answer(() => undefined)
    await queue.pushUpdate(await test.user('Leo', { uses: [app] }), app)
    await queue.worker(t, { caller: applicationCaller({ answerMilliseconds: 60_000 }) })
    await until(queue.isTaken)
    await rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '3 hours'`)
    await queue.worker(t)
    await pause(300)

    deepEqual(
      (await queue.pushes()).map(({ attempts, isLocked }) => [attempts, isLocked]),
      [[1, true]],
    )
  })

  it('takes the queue up again when the database was away in the middle of a job', async (t) => {
    const apps = [await queue.application('Surviving'), await queue.application('Also surviving')]
    const last = await queue.application('Surviving last')
    const [mia, olu] = [await test.user('Mia', { uses: apps }), await test.user('Olu', { uses: apps })]
    const held: ServerResponse[] = []
    for (const app of [...apps, last]) app.answer((_request, response) => held.push(response))
    for (const app of apps) await queue.pushUpdate(mia, app)
    const { log } = await queue.worker(t)
    await until(() => held.length === 2)
    await queue.pushReauthentication(await test.user('Pam'), last)
    await until(() => held.length === 3)
    const database = new URL(test.databaseUrl).pathname.slice(1)
    await onServer(serverUrl(), `alter database ${database} allow_connections false`)
    await rows(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [database],
    )
    // In this order the queue itself would never end: two failures that cannot be noted, then a success.
    for (const [index, response] of held.entries()) {
      response.writeHead([500, 500, 200][index] ?? 200).end()
      await pause(100)
    }
    await until(() => log.some(({ msg }) => msg === 'the queue was lost, and is taken up again'))
    await onServer(serverUrl(), `alter database ${database} allow_connections true`)
    for (const app of apps) app.answer()
    for (const user of [mia, olu]) await queue.suspend(user)

    await until(() =>
      apps.every(({ users }) => [mia, olu].every(({ uid }) => users.get(uid)?.disabled === true)),
    )
  })

  it('makes the log’s partitions for the months to come, every day', async (t) => {
    const { stop } = await queue.worker(t, { schedule: scheduleIn('test', withoutCluster) })
    const known = await rows<{ identifier: string }>(
      'select identifier from graphile_worker._private_known_crontabs order by identifier',
    )
    deepEqual(
      known.map(({ identifier }) => identifier),
      Object.keys(scheduleIn('test', withoutCluster)).toSorted(),
    )
    await stop()

    test.clock.step(150 * day)
    await rows(`select graphile_worker.add_job('make-event-months')`)
    await queue.worker(t)
    await until(queue.isDone)
    deepEqual(await rows(`select to_regclass('events_2027_07')::text as month`), [
      { month: 'events_2027_07' },
    ])
  })
})

const runWorkerProcess = `
  import { readConfig } from '#main/config.ts'
  import { runWorker } from '#main/worker.ts'
  await runWorker(readConfig(process.env))
`

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
  const postman = { send: forever }
  const place = { publicUrl: 'https://signon.example', environment: 'test' }
  const logger = pino({ level: 'silent' })
  await startWorker({ signon, db, databaseUrl, caller, postman, place, logger, jobsAtOnce: 5 })
`
