import type { Actor } from '#domain/events.ts'
import { type ScheduledJobName, scheduledJobNames } from '#domain/jobs.ts'
import { administratorFor } from '#store/administration.ts'
import type { JobRun } from '#store/job-runs.ts'
import type { Signon, Work } from '#store/signon.ts'
import { scheduledJobWords } from './scheduled-job-words.ts'

/** As many as are shown of one job. */
const mostRuns = 50

/** The last run of each scheduled job that ever ran. */
export const latestRuns = (signon: Signon, actor: Actor): Promise<readonly JobRun[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look after scheduled jobs')
    return stores.jobRuns.latest(scheduledJobNames)
  })

/** The last runs of one, the newest first. */
export const runsOf = (signon: Signon, actor: Actor, job: ScheduledJobName): Promise<readonly JobRun[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look after scheduled jobs')
    return stores.jobRuns.list(job, mostRuns)
  })

/** Has a worker do a scheduled job now, or after its run if one is under way. */
export const runNow = (signon: Signon, actor: Actor, job: ScheduledJobName): Promise<void> =>
  signon.transaction(async (work) => {
    await start(work, actor, job)
    await work.jobs.addScheduled(job)
  })

/** Says that the actor does it now, without a worker. */
export const runHere = (signon: Signon, actor: Actor, job: ScheduledJobName): Promise<void> =>
  signon.transaction((work) => start(work, actor, job))

const start = async (work: Work, actor: Actor, job: ScheduledJobName): Promise<void> => {
  await administratorFor(work, actor, 'look after scheduled jobs')
  const note = `(${scheduledJobWords[job].name})`
  await work.record({ name: 'scheduled-job-started', about: null, note }, actor)
}
