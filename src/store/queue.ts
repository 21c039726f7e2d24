import { sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import { type JobName, jobTerms, scheduledJobNames } from '#domain/jobs.ts'
import type { UserId, UserKind, UserUid } from '#domain/user.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The one connection that a worker keeps open for as long as it lives. */
interface ListeningConnection {
  query(text: string, values: string[]): Promise<unknown>
}

/**
 * Puts a worker's name on its connection, so that the database itself tells who is alive. A machine that is cut off is
 * noticed after a minute.
 */
export const nameConnection = async (connection: ListeningConnection, worker: string): Promise<void> => {
  await connection.query(
    `select set_config('application_name', $1, false), set_config('tcp_keepalives_idle', '30', false),
       set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)`,
    [worker],
  )
}

/**
 * Gives back the jobs, taken before `instant`, of workers that are gone: killed, or their machine lost. The queue
 * itself would hold them for four hours. Answers the names of those workers.
 */
export const freeJobsOfLostWorkers = async (db: Connection, instant: Date): Promise<readonly string[]> => {
  const { rows } = await sql<{ worker: string }>`
    select distinct j.locked_by as worker from graphile_worker.jobs j
    where j.locked_at < ${instant}
      and not exists (select from pg_stat_activity a where a.application_name = j.locked_by)`.execute(db)
  const workers = rows.map(({ worker }) => worker)
  if (workers.length > 0) await freeJobsOf(db, workers)
  return workers
}

/** Gives back the jobs that these workers have taken. */
export const freeJobsOf = async (db: Connection, workers: readonly string[]): Promise<void> => {
  await sql`select graphile_worker.force_unlock_workers(${workers}::text[])`.execute(db)
}

const keyedJobs: readonly string[] = [
  ...(Object.keys(jobTerms) as JobName[]).filter((name) => 'key' in jobTerms[name]),
  ...scheduledJobNames,
]

/** Removes failed jobs that a later one of the same key has replaced: nobody need try them again. */
export const removeReplacedJobs = async (db: Connection): Promise<void> => {
  await sql`
    select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs
    where task_identifier = any(${keyedJobs}) and key is null and locked_at is null and attempts >= max_attempts`.execute(
    db,
  )
}

/** A job that was tried as often as it may be, and failed each time. */
export interface FailedJob {
  readonly id: string
  /** The name of the job. */
  readonly task: string
  /** Of a mail: which. */
  readonly mail: string | null
  /** Whom it is about; nothing when it is about nobody, or the account is gone. */
  readonly user: {
    readonly id: UserId
    readonly uid: UserUid
    readonly name: string
    readonly kind: UserKind
  } | null
  readonly application: { readonly id: ApplicationId; readonly name: string } | null
  readonly attempts: number
  /** What the last attempt failed with; of several lines, and not for everybody's eyes. */
  readonly error: string | null
  readonly queuedAt: Date
  readonly triedAt: Date
}

/** Jobs that failed for good, until somebody has them tried again or gives them up. */
export const failedJobStore = ({ db, now }: StoreContext) => ({
  /** The last queued first, at most `limit`; after a page that ended with the job `before`, the next one. */
  async list(before: string | undefined, limit: number): Promise<readonly FailedJob[]> {
    const { rows } = await sql<FailedJob>`
      ${failedJobs} and ${before === undefined ? sql`true` : sql`p.id < ${before}`}
      order by p.id desc limit ${limit}`.execute(db)
    return rows
  },

  /** How many there are; counted up to `most`. */
  async count(most: number): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from (${failedJobs} limit ${most}) failed`.execute(db)
    return rows[0]?.count ?? 0
  },

  /** This job; nothing when it is not among the failed ones any more. */
  async seek(id: string): Promise<FailedJob | undefined> {
    const { rows } = await sql<FailedJob>`${failedJobs} and p.id = ${id}`.execute(db)
    return rows[0]
  },

  /** This job, held until the transaction ends; nothing when it is not among the failed ones any more. */
  async lock(id: string): Promise<FailedJob | undefined> {
    const { rows } = await sql<FailedJob>`${failedJobs} and p.id = ${id} for update of p`.execute(db)
    return rows[0]
  },

  /** The first of them, at most `limit`, held in the same way; those that others hold are passed over. */
  async lockFirst(limit: number): Promise<readonly FailedJob[]> {
    const { rows } = await sql<FailedJob>`
      ${failedJobs} order by p.id limit ${limit} for update of p skip locked`.execute(db)
    return rows
  },

  /** Has them tried again from now on, as often as if they were new. */
  async retry(ids: readonly string[]): Promise<void> {
    await sql`select graphile_worker.reschedule_jobs(${ids}::bigint[], run_at := ${now()}, attempts := 0)`.execute(
      db,
    )
  },

  /** Removes them for good. */
  async discard(ids: readonly string[]): Promise<void> {
    await sql`select graphile_worker.complete_jobs(${ids}::bigint[])`.execute(db)
  },
})

// An attempt that fails puts the next one off by the exponential of their number; that is how long ago it was.
const failedJobs = sql`
  select p.id, t.identifier as task, p.payload->>'mail' as mail, p.attempts, p.last_error as error,
    p.created_at as "queuedAt", p.run_at - exp(least(p.attempts, 10)) * interval '1 second' as "triedAt",
    case when u.id is not null then json_build_object('id', u.id, 'uid', u.uid, 'name', u.name, 'kind', u.kind) end as user,
    case when a.id is not null then json_build_object('id', a.id, 'name', a.name) end as application
  from graphile_worker._private_jobs p
  join graphile_worker._private_tasks t on t.id = p.task_id
  left join users u on u.id = case when p.payload->>'user' ~ '^[0-9]{1,9}$' then (p.payload->>'user')::integer end
  left join applications a
    on a.id = case when p.payload->>'application' ~ '^[0-9]{1,9}$' then (p.payload->>'application')::integer end
  where p.attempts >= p.max_attempts and p.locked_at is null`
