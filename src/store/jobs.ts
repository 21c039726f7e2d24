import { type Job, jobTerms } from '#domain/jobs.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The queue. A job added in a transaction is there when the transaction is, and not before. */
export const jobStore = ({ db }: StoreContext) => ({
  async add(job: Job): Promise<void> {
    const { attempts } = jobTerms[job.name]
    await add(db, job.name, JSON.stringify(job.payload), attempts, keyOf(job), laneOf(job))
  },
})

const keyOf = (job: Job): string | null => {
  if (job.name === 'invite-batch') return jobTerms[job.name].key(job.payload)
  return job.name === 'push-user-update' || job.name === 'push-reauthentication'
    ? jobTerms[job.name].key(job.payload)
    : null
}

const laneOf = (job: Job): string | null => {
  if (job.name === 'invite-batch') return jobTerms[job.name].lane()
  return job.name === 'send-mail' ? jobTerms[job.name].lane(job.payload) : null
}

const add = statement<never, [string, string, number, string | null, string | null]>(
  'jobs.add',
  'select graphile_worker.add_job($1, payload := $2::json, max_attempts := $3, job_key := $4, queue_name := $5)',
)
