import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Job,
  parseCronItems,
  Logger as QueueLogger,
  run,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker'
import type { Logger } from 'pino'
import { scheduledAttempts } from '#domain/jobs.ts'
import { Failure } from '#kernel/failure.ts'
import type { Connection } from '#store/connection.ts'
import { freeJobsOf, nameConnection } from '#store/queue.ts'
import { fairHands } from './fair-hands.ts'

export interface RunnerParts {
  readonly db: Connection
  readonly databaseUrl: string
  readonly jobsAtOnce: number
  readonly tasks: TaskList
  /** Tasks that the calendar starts: name → minute, hour, day, month and weekday in UTC. */
  readonly schedule: Readonly<Record<string, string>>
  readonly logger: Logger
}

export interface JobRunner {
  /** Resolves when it takes no more jobs: it was stopped, or the database went away as a job ended. */
  readonly ended: Promise<void>
  /** Takes no more jobs, and waits for those that run; after `milliseconds` it leaves them to others. */
  stop(milliseconds: number): Promise<void>
}

/** Runs the jobs of the queue. Throws when the database cannot be reached now. */
export const runJobs = async (parts: RunnerParts): Promise<JobRunner> => {
  const { db, databaseUrl, jobsAtOnce, tasks, schedule, logger } = parts
  const events: WorkerEvents = new EventEmitter()
  const over = Promise.withResolvers<void>()
  let name = ''
  events.on('pool:create', ({ workerPool }) => {
    name = workerPool.id
  })
  events.on('pool:listen:success', ({ client }) => {
    // Once it is idle it listens, and can be asked something else.
    client.once('drain', () => nameConnection(client, name).catch(report(logger, 'the worker is nameless')))
  })
  // What the queue promises cannot be relied on after this: it may never tell that it ended.
  events.on('pool:fatalError', () => over.resolve())
  events.on('job:error', ({ job, error }) => logFailure(logger, job, error))

  const runner = await run({
    connectionString: databaseUrl,
    concurrency: jobsAtOnce,
    maxPoolSize: Math.min(jobsAtOnce, 10) + 2,
    noHandleSignals: true,
    // Without these a database that goes away as a job ends would be an unhandled rejection, and end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: queueLogger(logger),
    events,
    forbiddenFlags: shareHands(jobsAtOnce, events),
    taskList: tasks,
    parsedCronItems: parseCronItems(
      Object.entries(schedule).map(([task, match]) => ({
        task,
        match,
        // One of a kind waits at a time, and one runs.
        options: { maxAttempts: scheduledAttempts, jobKey: task, queueName: task },
      })),
    ),
  })
  runner.promise.then(over.resolve, over.resolve)
  return {
    ended: over.promise,
    async stop(milliseconds) {
      const waiting = new AbortController()
      const finished = runner.stop().catch(() => undefined)
      const tooLong = pause(milliseconds, 'too long', { signal: waiting.signal }).catch(() => undefined)
      if (await Promise.race([finished, tooLong]))
        await freeJobsOf(db, [name]).catch(report(logger, 'jobs that still run could not be left to others'))
      waiting.abort()
      over.resolve()
    },
  }
}

/**
 * Has the worker leave alone, whenever it looks for a job, those that would take up too many of its hands. It looks for
 * one at a time: until it has found one nobody knows whose that is.
 */
const shareHands = (jobsAtOnce: number, events: WorkerEvents): (() => Promise<string[]>) => {
  const hands = fairHands(jobsAtOnce, () => performance.now())
  let lastLook = Promise.resolve()
  let endLook = (): void => undefined
  events.on('job:start', ({ job }) => {
    hands.take(job)
    endLook()
  })
  events.on('worker:getJob:empty', () => endLook())
  events.on('worker:getJob:error', () => endLook())
  events.on('job:complete', ({ job, error }) => hands.giveBack(job, error !== null))
  return async () => {
    const before = lastLook
    const look = Promise.withResolvers<void>()
    lastLook = look.promise
    await before
    endLook = look.resolve
    return hands.forbidden()
  }
}

const report =
  (logger: Logger, what: string) =>
  (error: unknown): void =>
    logger.error({ reason: String(error) }, what)

/** What a job says of itself, never what it was given. */
const logFailure = (logger: Logger, job: Job, error: unknown): void => {
  const facts = {
    job: job.task_identifier,
    id: job.id,
    attempt: job.attempts,
    attempts: job.max_attempts,
    reason: error instanceof Failure ? error.detail : error instanceof Error ? error.stack : String(error),
  }
  if (job.attempts >= job.max_attempts) logger.error(facts, 'job failed for the last time')
  else logger.warn(facts, 'job failed')
}

/** The queue's own errors. Those of jobs are told above; the rest of its chatter is not for people. */
const queueLogger = (logger: Logger): QueueLogger =>
  new QueueLogger(() => (level, message, meta) => {
    if (level === 'error' && meta?.['failure'] !== true)
      logger.error({ reason: message }, 'the queue has trouble')
  })
