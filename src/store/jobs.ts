import { type Job, jobTerms } from '#domain/jobs.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The queue. A job added in a transaction is there when the transaction is, and not before. */
export const jobStore = ({ db }: StoreContext) => ({
  async add(job: Job): Promise<void> {
    const terms = jobTerms[job.name]
    const key = 'key' in terms && job.name !== 'announce-user' ? terms.key(job.payload) : null
    await add(db, job.name, JSON.stringify(job.payload), terms.attempts, key)
  },
})

const add = statement<never, [string, string, number, string | null]>(
  'jobs.add',
  'select graphile_worker.add_job($1, payload := $2::json, max_attempts := $3, job_key := $4)',
)
