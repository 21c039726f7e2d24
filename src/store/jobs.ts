import { type Job, jobTerms } from '#domain/jobs.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The queue. A job added in a transaction is there when the transaction is, and not before. */
export const jobStore = ({ db }: StoreContext) => ({
  async add(job: Job): Promise<void> {
    await add(db, job.name, JSON.stringify(job.payload), jobTerms[job.name].attempts, keyOf(job))
  },
})

const keyOf = (job: Job): string | null =>
  job.name === 'push-user-update' || job.name === 'push-reauthentication'
    ? jobTerms[job.name].key(job.payload)
    : null

const add = statement<never, [string, string, number, string | null]>(
  'jobs.add',
  'select graphile_worker.add_job($1, payload := $2::json, max_attempts := $3, job_key := $4)',
)
