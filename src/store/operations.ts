import { sql } from 'kysely'
import { systemClock } from '#kernel/clock.ts'
import type { StoreContext } from './context.ts'

/** The jobs of one name that are in the queue. */
export interface QueueState {
  readonly task: string
  /** Due, and taken by no worker. */
  readonly due: number
  /** How long the first of them has been due. */
  readonly secondsDue: number
  /** Failed before, and not due yet. */
  readonly retrying: number
  /** Failed for good. */
  readonly dead: number
}

/** When a scheduled job last ended well; when it first began, while it never has. */
export interface LastRun {
  readonly task: string
  readonly endedAt: Date
}

/** How Signon stands, for those who look after it. */
export const operationsStore = ({ db }: StoreContext) => ({
  /** The queue by the name of the job, every name that ever was in it. It goes by the real time, whatever clock Signon has. */
  async queues(): Promise<readonly QueueState[]> {
    const now = systemClock.now()
    const { rows } = await sql<QueueState>`
      select t.identifier as task,
        count(*) filter (where ${waits} and p.run_at <= ${now})::integer as due,
        coalesce(extract(epoch from ${now} - min(p.run_at) filter (where ${waits} and p.run_at <= ${now})), 0)::float8
          as "secondsDue",
        count(*) filter (where ${waits} and p.attempts > 0 and p.run_at > ${now})::integer as retrying,
        count(*) filter (where p.locked_at is null and p.attempts >= p.max_attempts)::integer as dead
      from graphile_worker._private_tasks t left join graphile_worker._private_jobs p on p.task_id = t.id
      group by t.identifier order by t.identifier`.execute(db)
    return rows
  },

  /** Those of these jobs that ever began. */
  async lastRuns(tasks: readonly string[]): Promise<readonly LastRun[]> {
    const { rows } = await sql<LastRun>`
      select task, coalesce(max(ended_at) filter (where outcome = 'done'), min(began_at)) as "endedAt"
      from job_runs where task = any (${[...tasks]}::text[]) group by task order by task`.execute(db)
    return rows
  },

  /** How many workers listen to the queue now. */
  async workers(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and application_name like 'pool-%'`.execute(db)
    return rows[0]?.count ?? 0
  },

  /** Connections to the server, those of others too, and how many it allows. */
  async connections(): Promise<{ readonly open: number; readonly allowed: number }> {
    const { rows } = await sql<{ open: number; allowed: number }>`
      select (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as open,
        current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
          as allowed`.execute(db)
    const [row] = rows
    if (!row) throw new Error('The database does not answer about its connections')
    return row
  },
})

const waits = sql`(p.locked_at is null and p.attempts < p.max_attempts)`
