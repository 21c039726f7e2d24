import { setTimeout as pause } from 'node:timers/promises'
import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import { type JobName, type Jobs, type ScheduledJobName, scheduleIn } from '#domain/jobs.ts'
import type { MailPlace } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { changeAccessOfMany } from '#features/access-of-many/change-access-of-many.job.ts'
import { warnOfExpiringTokens } from '#features/api-users/warn-of-expiring-tokens.job.ts'
import { countMonths } from '#features/applications/count-months.job.ts'
import { inviteBatch } from '#features/batches/invite-batch.job.ts'
import { dormancyJobs } from '#features/dormancy/dormancy.job.ts'
import { purgeExpired } from '#features/housekeeping/purge-expired.job.ts'
import { sendMail } from '#features/mail/send-mail.job.ts'
import { tellOrganisation } from '#features/organisations/tell-organisation.job.ts'
import { announceUser } from '#features/push-updates/announce-user.job.ts'
import { pushReauthentication } from '#features/push-updates/push-reauthentication.job.ts'
import { pushUserUpdate } from '#features/push-updates/push-user-update.job.ts'
import { endExemptions } from '#features/two-step/end-exemptions.job.ts'
import { after, second, systemClock } from '#kernel/clock.ts'
import type { Postman } from '#outside/postman.ts'
import { type ApplicationCaller, applicationCaller } from '#outside/push-updates.ts'
import type { Connection } from '#store/connection.ts'
import { makeEventMonths } from '#store/migrate.ts'
import { freeJobsOfLostWorkers, removeReplacedJobs } from '#store/queue.ts'
import type { Signon } from '#store/signon.ts'
import type { Config } from './config.ts'
import { openHouse, refuseOldDatabase } from './house.ts'
import { type JobRunner, runJobs } from './job-runner.ts'
import { createLogger } from './logger.ts'
import { mailComposers } from './mail-composers.ts'
import { serveMetrics } from './metrics.ts'
import { openPostman } from './postman.ts'
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
}

/** Does the jobs of the queue until the process is told to stop; those that run are finished first. */
export const runWorker = async (config: Config): Promise<void> => {
  const stopped = untilStopped()
  const logger = createLogger(config.logLevel, 'worker')
  const house = await openHouse(config, logger, (line) => logger.info(line))
  const { jobsAtOnce } = config
  try {
    await refuseOldDatabase(house.db)
    const postman = await openPostman(config, house.signon)
    const caller = applicationCaller()
    const worker = await startWorker({ ...house, caller, postman, place: config, logger, jobsAtOnce })
    const metrics = await serveMetrics(house.signon, logger, config)
    logger.info({ jobsAtOnce }, 'worker is ready')
    await stopped
    await metrics.close()
    await worker.stop()
  } finally {
    await house.close()
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
  const { db, logger } = parts
  const stopping = new AbortController()
  const schedule = scheduleIn(parts.place.environment)
  const start = (): Promise<JobRunner> => runJobs({ ...parts, tasks: tasks(parts), schedule })
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
      await tidyQueue(db, logger)
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
const tasks = ({ signon, caller, db, postman, place, logger }: WorkerParts): TaskList => {
  const onRefused = ({ mail, user }: MailOrder, reason: string): void =>
    logger.error({ mail, user, reason }, 'a mail is given up: its recipient is refused for good')
  const catalogue = {
    'announce-user': announceUser(signon),
    'push-user-update': pushUserUpdate(signon, caller),
    'push-reauthentication': pushReauthentication(signon, caller),
    'change-access-of-many': changeAccessOfMany(signon),
    'tell-organisation': tellOrganisation(signon),
    'invite-batch': inviteBatch(signon, logger),
    'send-mail': sendMail(signon, { composers: mailComposers, place, postman, onRefused }),
  } satisfies { readonly [Name in JobName]: (payload: Jobs[Name]) => Promise<void> }
  const calendar = {
    'make-event-months': () => makeEventMonths(db, signon.clock.now()),
    'count-application-months': countMonths(signon),
    'purge-expired': purgeExpired(signon),
    ...dormancyJobs(signon, logger),
    'end-exemptions': endExemptions(signon, logger),
    'warn-of-expiring-tokens': warnOfExpiringTokens(signon, logger),
  } satisfies Record<ScheduledJobName, () => Promise<void>>
  return { ...catalogue, ...calendar } as TaskList
}

/** Waits; `true` when it was told to stop meanwhile. */
const isOver = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  pause(milliseconds, false, { signal }).catch(() => true)

// The queue keeps the real time, whatever clock Signon goes by.
const tidyQueue = async (db: Connection, logger: Logger): Promise<void> => {
  try {
    const lost = await freeJobsOfLostWorkers(db, after(systemClock.now(), -graceMilliseconds))
    if (lost.length > 0) logger.warn({ workers: lost }, 'took up the jobs of workers that are gone')
    await removeReplacedJobs(db)
  } catch (error) {
    logger.error({ reason: String(error) }, 'the queue could not be tidied')
  }
}
