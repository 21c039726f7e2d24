import { sql } from 'kysely'
import type { RunNumbers } from '#domain/jobs.ts'
import { after, day } from '#kernel/clock.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** Done; failed, to be tried again or not; or lost with its worker, and then its job is done again. */
export type RunOutcome = 'done' | 'failed' | 'lost'

/** One run of a scheduled job; without an end while it is under way. */
export interface JobRun {
  readonly id: string
  readonly task: string
  readonly beganAt: Date
  readonly endedAt: Date | null
  readonly outcome: RunOutcome | null
  readonly did: RunNumbers | null
  /** Why it failed, in words of ours. */
  readonly reason: string | null
}

export interface NewRun {
  readonly task: string
  /** Its job in the queue; nothing when a command runs it. */
  readonly job: string | null
  /** The name of a connection that is there as long as whoever runs it. */
  readonly worker: string
}

export type RunEnd =
  | { readonly outcome: 'done'; readonly did: RunNumbers }
  | { readonly outcome: 'failed'; readonly reason: string }

/** What each scheduled job did, run by run, over a year. */
export const jobRunStore = ({ db, now }: StoreContext) => ({
  /** A run begins; an earlier one of the same job is over, whether its worker knows it or not. The answer is its id. */
  async begin({ task, job, worker }: NewRun): Promise<string> {
    const { rows } = await sql<{ id: string }>`
      with earlier as (
        update job_runs set ended_at = ${now()}, outcome = 'lost' where job_id = ${job} and ended_at is null
      )
      insert into job_runs (task, job_id, worker, began_at) values (${task}, ${job}, ${worker}, ${now()})
      returning id`.execute(db)
    return String(rows[0]?.id)
  },

  /** It has ended so. One that was given up as lost meanwhile stays lost. */
  async end(id: string, end: RunEnd): Promise<void> {
    const did = end.outcome === 'done' ? JSON.stringify(end.did) : null
    const reason = end.outcome === 'failed' ? end.reason : null
    await sql`
      update job_runs set ended_at = ${now()}, outcome = ${end.outcome}, did = ${did}::json, reason = ${reason}
      where id = ${id} and ended_at is null`.execute(db)
  },

  /** Gives up runs, begun before `instant`, whose worker is gone. Answers the names of their jobs. */
  async lose(instant: Date): Promise<readonly string[]> {
    const { rows } = await sql<{ task: string }>`
      update job_runs set ended_at = ${now()}, outcome = 'lost'
      where ended_at is null and began_at < ${instant}
        and not exists (select from pg_stat_activity a where a.application_name = job_runs.worker)
      returning task`.execute(db)
    return rows.map(({ task }) => task)
  },

  /** The last run of each of these jobs that ever ran. */
  async latest(tasks: readonly string[]): Promise<readonly JobRun[]> {
    const { rows } = await sql<JobRun>`
      select run.* from unnest(${tasks}::text[]) as wanted (task)
      cross join lateral (${runs} where task = wanted.task order by began_at desc, job_runs.id desc limit 1) run`.execute(
      db,
    )
    return rows
  },

  /** The last runs of one job, the newest first. */
  async list(task: string, limit: number): Promise<readonly JobRun[]> {
    const { rows } = await sql<JobRun>`
      ${runs} where task = ${task} order by began_at desc, job_runs.id desc limit ${limit}`.execute(db)
    return rows
  },

  /** Removes the runs of more than a year ago. */
  async purge(): Promise<void> {
    await sql`delete from job_runs where began_at < ${after(now(), -365 * day)}`.execute(db)
  },
})

const runs = sql`
  select id::text, task, began_at as "beganAt", ended_at as "endedAt", outcome, did, reason from job_runs`

/** Does something while a connection of this name is there: others see by it that whoever does it is alive. */
export const withNamedConnection = <T>(db: Connection, name: string, working: () => Promise<T>): Promise<T> =>
  db.connection().execute(async (connection) => {
    await sql`select set_config('application_name', ${name}, false)`.execute(connection)
    return working()
  })
