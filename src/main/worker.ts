import { setTimeout as pause } from 'node:timers/promises'
import type { Task, TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import { type JobName, type Jobs, type Schedule, scheduleIn, withoutCluster } from '#domain/jobs.ts'
import type { MailPlace } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { changeAccessOfMany } from '#features/access-of-many/change-access-of-many.job.ts'
import { inviteBatch } from '#features/batches/invite-batch.job.ts'
import { sendMail } from '#features/mail/send-mail.job.ts'
import { resetPasswordsOfMany } from '#features/mass-reset/reset-passwords-of-many.job.ts'
import { tellOrganisation } from '#features/organisations/tell-organisation.job.ts'
import { announceUser } from '#features/push-updates/announce-user.job.ts'
import { pushReauthentication } from '#features/push-updates/push-reauthentication.job.ts'
import { pushUserUpdate } from '#features/push-updates/push-user-update.job.ts'
import { after, second, systemClock } from '#kernel/clock.ts'
import { type ClusterPlace, openCluster } from '#outside/kubernetes.ts'
import { type OrganisationSource, organisationsApi } from '#outside/organisation-source.ts'
import type { Postman } from '#outside/postman.ts'
import { type ApplicationCaller, applicationCaller } from '#outside/push-updates.ts'
import type { Connection } from '#store/connection.ts'
import { freeJobsOfLostWorkers, removeReplacedJobs } from '#store/queue.ts'
import type { Signon } from '#store/signon.ts'
import type { Config } from './config.ts'
import { openHouse, refuseOldDatabase } from './house.ts'
import { mailComposers } from './mail-composers.ts'
import { onwardHeaders } from './observability/activity.ts'
import { type JobMeter, jobMeter } from './observability/job-meter.ts'
import { createLogger } from './observability/logger.ts'
import { serveMetrics } from './observability/metrics.ts'
import { openTracer } from './observability/tracer.ts'
import type { Tracer } from './observability/traces.ts'
import { watchedCaller, watchedTasks } from './observability/watch-jobs.ts'
import { openPostman } from './postman.ts'
import { type JobRunner, runJobs } from './queue/job-runner.ts'
import { recordedRun, scheduledJobs } from './queue/scheduled-jobs.ts'
import { untilStopped } from './stop.ts'

export interface WorkerParts {
  readonly signon: Signon
  readonly db: Connection
  readonly databaseUrl: string
  readonly caller: ApplicationCaller
  readonly postman: Pick<Postman, 'send'>
  /** What every mail must know of this Signon. */
  readonly place: MailPlace
  readonly logger: Logger
  readonly jobsAtOnce: number
  /** Where organisations are imported from. */
  readonly organisations: OrganisationSource
  /** Where secrets are delivered to; nothing where there is no cluster. */
  readonly cluster?: ClusterPlace | undefined
  /** When jobs of the calendar are done; as the environment has it unless it is given. */
  readonly schedule?: Schedule
  readonly meter?: JobMeter
  readonly tracer?: Tracer | undefined
}

/** Does the jobs of the queue until the process is told to stop; those that run are finished first. */
export const runWorker = async (config: Config): Promise<void> => {
  const stopped = untilStopped()
  const logger = createLogger(config.logLevel, 'worker')
  const tracer = await openTracer(config, logger)
  const house = await openHouse(config, logger, (line) => logger.info(line))
  const { jobsAtOnce } = config
  try {
    await refuseOldDatabase(house.db)
    const postman = await openPostman(config, house.signon)
    const caller = watchedCaller(applicationCaller({ onwardHeaders, authorities: config.pushAuthorities }))
    const meter = jobMeter()
    const schedule = scheduleIn(config.environment, config.scheduleChanges)
    const organisations = organisationsApi(config.websiteRoot)
    const parts = {
      ...house,
      caller,
      organisations,
      postman,
      place: config,
      schedule,
      cluster: config.cluster,
      logger,
      jobsAtOnce,
      meter,
      tracer,
    }
    const worker = await startWorker(parts)
    const metrics = await serveMetrics({ ...house, meter }, logger, config)
    logger.info({ jobsAtOnce }, 'worker is ready')
    await stopped
    await metrics.close()
    await worker.stop()
  } finally {
    await house.close()
    await tracer?.close()
  }
}

/** Longer than any push or mail lasts, shorter than supervisors wait before they kill. */
const patienceMilliseconds = 25 * second
const betweenStarts = 2 * second
const betweenRounds = 10 * second
/** A worker that has been without a connection for so long is gone. */
const graceMilliseconds = 20 * second

/**
 * Does the jobs of the queue in this process until `stop`, which may be given how long to wait for those that run.
 * A database that goes away is waited for. Throws when it cannot be reached at the start.
 */
export const startWorker = async (
  parts: WorkerParts,
): Promise<{ stop(milliseconds?: number): Promise<void> }> => {
  const { logger, meter = jobMeter(), tracer } = parts
  const stopping = new AbortController()
  const { schedule = scheduleIn(parts.place.environment, withoutCluster) } = parts
  const start = (): Promise<JobRunner> =>
    runJobs({ ...parts, tasks: watchedTasks(tasks(parts), meter, tracer), schedule })
  let runner = await start()

  const startAgain = async (): Promise<void> => {
    let isRunning = false
    while (!isRunning && !(await isOver(betweenStarts, stopping.signal)))
      isRunning = await start().then(
        (started) => {
          runner = started
          return true
        },
        (error: unknown) => {
          logger.error({ reason: String(error) }, 'the queue cannot be taken up again yet')
          return false
        },
      )
    if (stopping.signal.aborted) await runner.stop(patienceMilliseconds)
  }
  const keepRunning = async (): Promise<void> => {
    await runner.ended
    while (!stopping.signal.aborted) {
      logger.error('the queue was lost, and is taken up again')
      await runner.stop(betweenStarts)
      await startAgain()
      await runner.ended
    }
  }
  const keepTidy = async (): Promise<void> => {
    do {
      await tidyQueue(parts)
    } while (!(await isOver(betweenRounds, stopping.signal)))
  }
  const upkeep = [keepRunning(), keepTidy()]
  return {
    async stop(milliseconds = patienceMilliseconds) {
      stopping.abort()
      await runner.stop(milliseconds)
      await Promise.all(upkeep)
    },
  }
}

/** Every job of the catalogue and of the calendar, and who does it. */
const tasks = ({
  signon,
  caller,
  db,
  postman,
  place,
  logger,
  organisations,
  cluster,
}: WorkerParts): TaskList => {
  const opening = cluster && (() => openCluster(cluster))
  const onRefused = ({ mail, user }: MailOrder, reason: string): void =>
    logger.error({ mail, user, reason }, 'a mail is given up: its recipient is refused for good')
  const catalogue = {
    'announce-user': announceUser(signon),
    'push-user-update': pushUserUpdate(signon, caller),
    'push-reauthentication': pushReauthentication(signon, caller),
    'change-access-of-many': changeAccessOfMany(signon),
    'reset-passwords-of-many': resetPasswordsOfMany(signon),
    'tell-organisation': tellOrganisation(signon),
    'invite-batch': inviteBatch(signon, logger),
    'send-mail': sendMail(signon, { composers: mailComposers, place, postman, onRefused }),
  } satisfies { readonly [Name in JobName]: (payload: Jobs[Name]) => Promise<void> }
  const calendar = Object.entries(
    scheduledJobs({ signon, db, logger, organisations, openCluster: opening }),
  ).map(([task, doing]): [string, Task] => [
    task,
    async (_payload, { job }) => {
      await recordedRun(signon, { task, job: job.id, worker: job.locked_by ?? '' }, doing)
    },
  ])
  return { ...catalogue, ...Object.fromEntries(calendar) } as TaskList
}

/** Waits; `true` when it was told to stop meanwhile. */
const isOver = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  pause(milliseconds, false, { signal }).catch(() => true)

// The queue keeps the real time, whatever clock Signon goes by.
const tidyQueue = async ({ db, signon, logger }: WorkerParts): Promise<void> => {
  try {
    const runs = await signon.single.jobRuns.lose(after(signon.clock.now(), -graceMilliseconds))
    const lost = await freeJobsOfLostWorkers(db, after(systemClock.now(), -graceMilliseconds))
    if (lost.length > 0) logger.warn({ workers: lost, runs }, 'took up the jobs of workers that are gone')
    await removeReplacedJobs(db)
  } catch (error) {
    logger.error({ reason: String(error) }, 'the queue could not be tidied')
  }
}
