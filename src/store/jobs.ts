import { type Job, jobTerms, type ScheduledJobName, scheduledAttempts } from '#domain/jobs.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The queue. A job added in a transaction is there when the transaction is, and not before. */
export const jobStore = ({ db, origin }: StoreContext) => ({
  async add(job: Job): Promise<void> {
    const { attempts } = jobTerms[job.name]
    const [priority, flags] = isPush(job) ? pushTerms(job) : [priorityOf(job), null]
    const notBefore = job.notBefore ?? null
    const payload = JSON.stringify({ ...job.payload, ...origin?.() })
    await add(db, job.name, payload, attempts, keyOf(job), laneOf(job), priority, flags, notBefore)
  },

  /** Has a job of the calendar done soon; behind its own run, if one is under way. It waits once at most. */
  async addScheduled(name: ScheduledJobName): Promise<void> {
    await add(db, name, '{}', scheduledAttempts, name, name, null, null, null)
  },
})

type Push = Extract<Job, { readonly name: 'push-user-update' | 'push-reauthentication' }>

const isPush = (job: Job): job is Push =>
  job.name === 'push-user-update' || job.name === 'push-reauthentication'

const pushTerms = ({ name, payload }: Push): [number, readonly string[]] => [
  jobTerms[name].priority(payload),
  jobTerms[name].flags(payload),
]

const priorityOf = (job: Job): number | null =>
  job.name === 'announce-user' ? jobTerms[job.name].priority(job.payload) : null

const keyOf = (job: Job): string | null => {
  if (job.name === 'invite-batch') return jobTerms[job.name].key(job.payload)
  return isPush(job) ? jobTerms[job.name].key(job.payload) : null
}

const laneOf = (job: Job): string | null => {
  if (job.name === 'invite-batch') return jobTerms[job.name].lane()
  return job.name === 'send-mail' ? jobTerms[job.name].lane(job.payload) : null
}

const add = statement<
  never,
  [
    name: string,
    payload: string,
    attempts: number,
    key: string | null,
    lane: string | null,
    priority: number | null,
    flags: readonly string[] | null,
    notBefore: Date | null,
  ]
>(
  'jobs.add',
  `select graphile_worker.add_job($1, payload := $2::json, max_attempts := $3, job_key := $4, queue_name := $5,
     priority := $6, flags := $7::text[], run_at := $8)`,
)
