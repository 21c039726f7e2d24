import { EventEmitter } from 'node:events'
import {
  type Job,
  parseCronItems,
  Logger as QueueLogger,
  run,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker'
import type { Logger } from 'pino'
import { Failure } from '#kernel/failure.ts'
import { nameConnection } from '#store/queue.ts'

export interface RunnerParts {
  readonly databaseUrl: string
  readonly jobsAtOnce: number
  readonly tasks: TaskList
  /** Tasks that the calendar starts: name → minute, hour, day, month and weekday in UTC. */
  readonly schedule: Readonly<Record<string, string>>
  readonly logger: Logger
}

export interface JobRunner {
  /** Resolves when nothing runs any more: it was told to stop, or the database went away in the middle of a job. */
  readonly ended: Promise<void>
  /** Takes no more jobs and waits for those that run; what still runs after `milliseconds` is left to be tried again. */
  stop(milliseconds: number): Promise<void>
}

/** Runs the jobs of the queue. Throws when the database cannot be reached now. */
export const runJobs = async ({
  databaseUrl,
  jobsAtOnce,
  tasks,
  schedule,
  logger,
}: RunnerParts): Promise<JobRunner> => {
  const events: WorkerEvents = new EventEmitter()
  let pool: WorkerPool | undefined
  events.on('pool:create', ({ workerPool }) => {
    pool = workerPool
  })
  events.on('pool:listen:success', ({ workerPool, client }) => {
    // It has begun to listen once it is idle, and can be asked something else.
    client.once('drain', () => {
      nameConnection(client, workerPool.id).catch((error: unknown) => {
        logger.error({ reason: String(error) }, 'the worker is nameless')
      })
    })
  })
  events.on('job:error', ({ job, error }) => logFailure(logger, job, error))

  for (const e of [
    'pool:create',
    'pool:release',
    'pool:gracefulShutdown',
    'pool:gracefulShutdown:complete',
    'pool:gracefulShutdown:error',
    'pool:forcefulShutdown',
    'job:start',
    'job:complete',
    'worker:fatalError',
    'stop',
  ] as any[])
    (events as any).on(e, (x: any) =>
      console.log(
        performance.now().toFixed(0),
        e,
        x.workerPool?.id ?? x.worker?.workerPool?.id,
        x.job?.id ?? '',
        String(x.error ?? ''),
      ),
    )
  const runner = await run({
    connectionString: databaseUrl,
    concurrency: jobsAtOnce,
    maxPoolSize: Math.min(jobsAtOnce, 10) + 2,
    noHandleSignals: true,
    // Without these a database that goes away while the end of a job is noted would end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: queueLogger(logger),
    events,
    taskList: tasks,
    parsedCronItems: parseCronItems(
      Object.entries(schedule).map(([task, match]) => ({
        task,
        match,
        options: { maxAttempts: 5, jobKey: task },
      })),
    ),
  })
  const ended = runner.promise.catch((error: unknown) =>
    logger.error({ reason: String(error) }, 'the queue was lost'),
  )
  return {
    ended,
    async stop(milliseconds) {
      const patience = setTimeout(() => giveUp(pool), milliseconds)
      // It may have ended by itself.
      await runner.stop().catch(() => undefined)
      clearTimeout(patience)
      await ended
    },
  }
}

const giveUp = async (pool: WorkerPool | undefined): Promise<void> => {
  // What it cannot do is told by the queue's own log.
  await Promise.resolve(pool?.forcefulShutdown('The worker was stopped.')).catch(() => undefined)
}

/** What a job says of itself, never what it was given. */
const logFailure = (logger: Logger, job: Job, error: unknown): void => {
  const isLast = job.attempts >= job.max_attempts
  const reason =
    error instanceof Failure ? error.detail : error instanceof Error ? error.stack : String(error)
  const facts = {
    job: job.task_identifier,
    id: job.id,
    attempt: job.attempts,
    attempts: job.max_attempts,
    reason,
  }
  if (isLast) logger.error(facts, 'job failed for the last time')
  else logger.warn(facts, 'job failed')
}

/** The queue's own errors. Those of jobs are told above; the rest of its chatter is not for people. */
const queueLogger = (logger: Logger): QueueLogger =>
  new QueueLogger(() => (level, message, meta) => {
    if (level === 'error' && meta?.['failure'] !== true)
      logger.error({ reason: message }, 'the queue has trouble')
  })
