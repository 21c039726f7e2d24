import type { Logger } from 'pino'
import type { RunNumbers, ScheduledJobName } from '#domain/jobs.ts'
import { warnOfExpiringTokens } from '#features/api-users/warn-of-expiring-tokens.job.ts'
import { countMonths } from '#features/applications/count-months.job.ts'
import { clusterJobs } from '#features/cluster/cluster.job.ts'
import { dormancyJobs } from '#features/dormancy/dormancy.job.ts'
import { deleteOldEventsJob } from '#features/housekeeping/delete-old-events.job.ts'
import { purgeExpired } from '#features/housekeeping/purge-expired.ts'
import { importOrganisationsJob } from '#features/organisation-import/import-organisations.job.ts'
import { endExemptions } from '#features/two-step/end-exemptions.job.ts'
import { Failure, Invalid } from '#kernel/failure.ts'
import type { SecretCluster } from '#outside/kubernetes.ts'
import type { OrganisationSource } from '#outside/organisation-source.ts'
import type { Connection } from '#store/connection.ts'
import type { NewRun } from '#store/job-runs.ts'
import { makeEventMonths } from '#store/migrate.ts'
import type { Signon } from '#store/signon.ts'

/** Does what is scheduled, and says in numbers what came of it. */
export type Doing = () => Promise<RunNumbers>

export interface ScheduledParts {
  readonly signon: Signon
  readonly db: Connection
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Where organisations are imported from. */
  readonly organisations: OrganisationSource
  /** The cluster that secrets are delivered to; nothing where there is none. */
  readonly openCluster?: (() => Promise<SecretCluster>) | undefined
}

const noCluster = async (): Promise<never> => {
  throw new Invalid('No cluster is set up.')
}

/** Every job of the calendar, and who does it. */
export const scheduledJobs = ({
  signon,
  db,
  logger,
  organisations,
  openCluster = noCluster,
}: ScheduledParts): Readonly<Record<ScheduledJobName, Doing>> => ({
  'make-event-months': async () => {
    await makeEventMonths(db, signon.clock.now())
    return {}
  },
  'count-application-months': countMonths(signon),
  'purge-expired': purgeExpired(signon),
  'delete-old-events': deleteOldEventsJob(signon),
  'import-organisations': importOrganisationsJob(signon, organisations, logger),
  ...clusterJobs(signon, logger, openCluster),
  ...dormancyJobs(signon, logger),
  'end-exemptions': endExemptions(signon, logger),
  'warn-of-expiring-tokens': warnOfExpiringTokens(signon, logger),
})

/** Does it, and keeps what came of it. What it fails with is kept in words of ours, and thrown on. */
export const recordedRun = async (signon: Signon, run: NewRun, doing: Doing): Promise<RunNumbers> => {
  const { jobRuns } = signon.single
  const id = await jobRuns.begin(run)
  try {
    const did = await doing()
    await jobRuns.end(id, { outcome: 'done', did })
    return did
  } catch (error) {
    await jobRuns.end(id, { outcome: 'failed', reason: reasonFor(error) })
    throw error
  }
}

/** What a library says may repeat what it was given. */
const reasonFor = (error: unknown): string =>
  error instanceof Failure
    ? error.detail
    : 'Something unexpected went wrong: the log of the worker says what.'
