import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { day } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'
import { recordedRun } from './scheduled-jobs.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const queue = testQueue(test)

interface Run {
  readonly outcome: string | null
  readonly did: object | null
  readonly reason: string | null
}
const runsOf = (task: string): Promise<readonly Run[]> =>
  rows('select outcome, did, reason from job_runs where task = $1 order by id', [task])
const done = (did: object): Run => ({ outcome: 'done', did, reason: null })

/** Keeps months from being counted; until then all that this test reads is read in one transaction. */
const holdMonths = async (): Promise<void> => {
  await rows('begin')
  await rows('lock table application_months in access exclusive mode')
}
const releaseMonths = () => rows('rollback')

describe('a scheduled job', () => {
  it('leaves a run with what it did in numbers, when and by which worker', async (t) => {
    const name = await test.user('Unused', { twoStep: true })
    await rows('update sign_in_states set last_signed_in_at = $2 where user_id = $1', [
      name.id,
      new Date(clock.now().getTime() - 60 * day),
    ])
    await signon.single.jobs.addScheduled('suspend-inactive')
    await queue.worker(t)
    await until(queue.isDone)

    deepEqual(await runsOf('suspend-inactive'), [done({ suspended: 1, failed: 0 })])
    const [run] = await rows<{ began_at: Date; ended_at: Date; job_id: string; worker: string }>(
      `select began_at, ended_at, job_id, worker from job_runs where task = 'suspend-inactive'`,
    )
    deepEqual([run?.began_at, run?.ended_at], [clock.now(), clock.now()])
    match(run?.worker ?? '', /^\S{10,}$/)
    match(run?.job_id ?? '', /^\d+$/)
  })

  it('is done once, however often it is asked for before it begins, and however many workers there are', async (t) => {
    await Promise.all(Array.from({ length: 20 }, () => signon.single.jobs.addScheduled('end-exemptions')))
    await queue.worker(t)
    await queue.worker(t)
    await until(queue.isDone)

    deepEqual(await runsOf('end-exemptions'), [done({ ended: 0, reminded: 0, failed: 0 })])
  })

  it('is done again when it was asked for while it ran, and not beside itself', async (t) => {
    await holdMonths()
    t.after(releaseMonths)
    await queue.worker(t)
    await queue.worker(t)
    await signon.single.jobs.addScheduled('count-application-months')
    await until(async () => (await runsOf('count-application-months')).length === 1)
    await signon.single.jobs.addScheduled('count-application-months')
    await signon.single.jobs.addScheduled('warn-of-expiring-tokens')
    await until(async () => (await runsOf('warn-of-expiring-tokens'))[0]?.outcome === 'done')
    equal((await runsOf('count-application-months')).length, 1)

    await releaseMonths()
    await until(queue.isDone)
    deepEqual(
      (await runsOf('count-application-months')).map(({ outcome }) => outcome),
      ['done', 'done'],
    )
  })

  it('that fails says why in our own words, and never in a library’s', async () => {
    const run = { task: 'purge-expired', job: null, worker: 'test' } as const
    const failing = (error: Error) =>
      recordedRun(signon, run, () => Promise.reject(error)).catch(() => 'thrown on')
    equal(await failing(new Unavailable('Too bad.', 'The cluster does not answer.')), 'thrown on')
    equal(await failing(new Error('password=hunter2')), 'thrown on')

    deepEqual(await runsOf('purge-expired'), [
      { outcome: 'failed', did: null, reason: 'The cluster does not answer.' },
      {
        outcome: 'failed',
        did: null,
        reason: 'Something unexpected went wrong: the log of the worker says what.',
      },
    ])
  })

  it('of a worker that is killed is lost, and done again by another one, once', async (t) => {
    await rows('delete from job_runs')
    await holdMonths()
    t.after(releaseMonths)
    const child = spawn(process.execPath, ['--input-type=module', '--eval', workerProcess], {
      env: { ...process.env, DATABASE_URL: test.databaseUrl },
      stdio: 'inherit',
    })
    t.after(() => child.kill('SIGKILL'))
    await signon.single.jobs.addScheduled('count-application-months')
    await until(async () => (await runsOf('count-application-months')).length === 1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await releaseMonths()
    // The process kept the real time; this one's stands still.
    await rows('update job_runs set began_at = $1', [new Date(clock.now().getTime() - 61_000)])
    await rows(`update graphile_worker._private_jobs set locked_at = locked_at - interval '61 seconds'`)
    const { log } = await queue.worker(t)
    await queue.worker(t)
    await until(queue.isDone)

    deepEqual(
      (await runsOf('count-application-months')).map(({ outcome }) => outcome),
      ['lost', 'done'],
    )
    deepEqual(
      log.map(({ msg }) => msg),
      ['took up the jobs of workers that are gone'],
    )
  })

  it('that goes on after it was given up as lost stays lost', async () => {
    const { jobRuns } = signon.single
    const first = await jobRuns.begin({ task: 'end-exemptions', job: '77', worker: 'slow' })
    const second = await jobRuns.begin({ task: 'end-exemptions', job: '77', worker: 'quick' })
    await jobRuns.end(first, { outcome: 'done', did: {} })
    await jobRuns.end(second, { outcome: 'done', did: { ended: 1 } })

    deepEqual(await rows('select outcome from job_runs where id = any($1) order by id', [[first, second]]), [
      { outcome: 'lost' },
      { outcome: 'done' },
    ])
  })

  it('is remembered for a year', async () => {
    const { jobRuns } = signon.single
    await jobRuns.begin({ task: 'end-exemptions', job: null, worker: 'old' })
    clock.step(365 * day)
    await jobRuns.begin({ task: 'end-exemptions', job: null, worker: 'new' })
    await jobRuns.purge()
    const left = () => rows(`select worker from job_runs where worker in ('old', 'new') order by id`)
    deepEqual(await left(), [{ worker: 'old' }, { worker: 'new' }])
    clock.step(1)
    await jobRuns.purge()
    deepEqual(await left(), [{ worker: 'new' }])
  })
})

/** A worker in a process of its own. */
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
  const place = { publicUrl: 'https://signon.example', environment: 'test' }
  const logger = pino({ level: 'silent' })
  await startWorker({ signon, db, databaseUrl, caller: {}, postman: {}, place, logger, jobsAtOnce: 5 })
`
