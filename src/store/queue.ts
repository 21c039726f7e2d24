import { sql } from 'kysely'
import { type JobName, jobTerms } from '#domain/jobs.ts'
import type { Connection } from './connection.ts'

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

const keyedJobs = (Object.keys(jobTerms) as JobName[]).filter((name) => 'key' in jobTerms[name])

/** Removes failed jobs that a later one of the same key has replaced: nobody need try them again. */
export const removeReplacedJobs = async (db: Connection): Promise<void> => {
  await sql`
    select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs
    where task_identifier = any(${keyedJobs}) and key is null and locked_at is null and attempts >= max_attempts`.execute(
    db,
  )
}
