import type { Actor, EventName } from '#domain/events.ts'
import { thousands } from '#kernel/count.ts'
import { administratorFor } from '#store/administration.ts'
import type { FailedJob } from '#store/queue.ts'
import type { Signon, Work } from '#store/signon.ts'
import { jobWords } from './job-words.ts'

/** Jobs that are tried again in one go, at most: each leaves an event. */
export const mostRetriedAtOnce = 1000

/** Counted no further than this. */
const mostCounted = 1000

/** How many jobs have failed for good, in a sentence. */
export const countFailedJobs = (signon: Signon, actor: Actor): Promise<string> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look after failed jobs')
    const count = await stores.failedJobs.count(mostCounted)
    if (count === 0) return 'There are none.'
    if (count === 1) return 'There is one.'
    return `There are ${count === mostCounted ? 'at least ' : ''}${thousands(count)}.`
  })

/** Jobs that failed for good, the last queued first: at most `limit`, behind the one with the id `before`. */
export const listFailedJobs = (
  signon: Signon,
  actor: Actor,
  before: string | undefined,
  limit: number,
): Promise<readonly FailedJob[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look after failed jobs')
    return stores.failedJobs.list(before, limit)
  })

/** One that failed for good; nothing when it is not among them any more. */
export const seekFailedJob = (signon: Signon, actor: Actor, id: string): Promise<FailedJob | undefined> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'look after failed jobs')
    return stores.failedJobs.seek(id)
  })

/** Has a failed job tried again, as often as a new one; nothing when it is not among the failed ones any more. */
export const retryJob = (signon: Signon, actor: Actor, id: string): Promise<FailedJob | undefined> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after failed jobs')
    const job = await work.failedJobs.lock(id)
    if (job) await retry(work, actor, [job])
    return job
  })

/** The same with all of them, the first queued first and a thousand at most; the answer is how many. */
export const retryAllJobs = (signon: Signon, actor: Actor): Promise<number> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after failed jobs')
    const jobs = await work.failedJobs.lockFirst(mostRetriedAtOnce)
    await retry(work, actor, jobs)
    return jobs.length
  })

/** Removes a failed job, so that it is never done; nothing when it is not among the failed ones any more. */
export const discardJob = (signon: Signon, actor: Actor, id: string): Promise<FailedJob | undefined> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'look after failed jobs')
    const job = await work.failedJobs.lock(id)
    if (!job) return undefined
    await work.failedJobs.discard([id])
    await record(work, actor, 'failed-job-discarded', job)
    return job
  })

const retry = async (work: Work, actor: Actor, jobs: readonly FailedJob[]): Promise<void> => {
  await work.failedJobs.retry(jobs.map(({ id }) => id))
  for (const job of jobs) await record(work, actor, 'failed-job-retried', job)
}

const record = (work: Work, actor: Actor, name: EventName, job: FailedJob): Promise<void> =>
  work.record(
    {
      name,
      about: job.user,
      ...(job.application && { application: job.application.id }),
      note: `(${jobWords(job)})`,
    },
    actor,
  )
