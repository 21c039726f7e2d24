import { afterEach, after as afterTests, type TestContext } from 'node:test'
import { pino } from 'pino'
import type { User } from '#domain/user.ts'
import { startWorker, type WorkerParts } from '#main/worker.ts'
import { organisationsFile } from '#outside/organisation-source.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { openDatabase } from '#store/connection.ts'
import { type ApplicationServer, startApplicationServer } from './application-server.ts'
import { operator, type TestSignon } from './signon.ts'
import { eventually } from './waiting.ts'

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly job?: string
  readonly attempt?: number
  readonly reason?: string
}

export interface QueuedJob {
  readonly name: string
  readonly attempts: number
  readonly max_attempts: number
  readonly last_error: string | null
  readonly isLocked: boolean
  /** From its last change until it is tried, by the database’s clock. */
  readonly seconds: number
}

/** Waits, up to a minute, until `holds` does. */
export const until = (holds: () => Promise<boolean> | boolean): Promise<void> => eventually(`${holds}`, holds)

/** The queue of one test file, with workers and with applications that they call. Every test finds it empty. */
export const testQueue = (test: TestSignon) => {
  const { signon, rows } = test
  const db = openDatabase(test.databaseUrl, 5, () => undefined)
  const servers: ApplicationServer[] = []

  afterEach(async () => {
    await rows('delete from graphile_worker._private_jobs')
  })
  afterTests(async () => {
    for (const server of servers) await server.stop()
    await db.destroy()
  })

  const jobs = (): Promise<readonly QueuedJob[]> =>
    rows(`select task_identifier as name, attempts, max_attempts, last_error, locked_at is not null as "isLocked",
      extract(epoch from run_at - updated_at)::float8 as seconds from graphile_worker.jobs order by id`)
  const pushes = async (): Promise<readonly QueuedJob[]> =>
    (await jobs()).filter(({ name }) => name !== 'announce-user')
  return {
    /** Every job but announcements. */
    pushes,
    isDone: async () => (await jobs()).length === 0,
    isTaken: async () => (await pushes()).some(({ isLocked }) => isLocked),
    /** Has the only push been tried so many times, and waits for the next? */
    isTried: (times: number) => async () => {
      const [push] = await pushes()
      return push?.attempts === times && !push.isLocked
    },

    /** Makes what waits for its next try due now. */
    due: () =>
      rows(`with due as (update graphile_worker._private_jobs set run_at = now() where locked_at is null)
        select pg_notify('jobs:insert', '{"count": 5}')`),

    async application(name: string, permissions: readonly string[] = []): Promise<ApplicationServer> {
      const server = await startApplicationServer(test, name, { permissions })
      servers.push(server)
      return server
    },

    /** A worker that is stopped with its test, and what it logs. */
    async worker(t: TestContext, changes: Partial<WorkerParts> = {}) {
      const log: LogLine[] = []
      const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) })
      const { databaseUrl } = test
      const caller = applicationCaller()
      const { stop } = await startWorker({
        signon,
        db,
        databaseUrl,
        caller,
        postman: { send: async () => undefined },
        place: { publicUrl: test.issuer, environment: 'test' },
        logger,
        jobsAtOnce: 5,
        organisations: organisationsFile('/dev/null'),
        // Nothing of the calendar comes between, whatever time it is.
        schedule: {},
        ...changes,
      })
      let stopped: Promise<void> | undefined
      const stopOnce = (milliseconds?: number): Promise<void> => {
        stopped ??= stop(milliseconds)
        return stopped
      }
      t.after(() => stopOnce(500))
      return { log, stop: stopOnce }
    },

    pushUpdate: (user: User, { id }: ApplicationServer) =>
      signon.single.jobs.add({ name: 'push-user-update', payload: { user: user.id, application: id } }),

    pushReauthentication: (user: User, { id }: ApplicationServer) =>
      signon.single.jobs.add({ name: 'push-reauthentication', payload: { user: user.id, application: id } }),

    suspend: (user: User) =>
      signon.transaction(async (work) => {
        await work.users.suspend(user.id, 'Left')
        await work.record({ name: 'account-suspended', about: user }, operator)
      }),
  }
}
