import { sql } from 'kysely'
import type { StoreContext } from './context.ts'

/** A month of the log, YYYY-MM, and how many events it holds. */
export interface LogMonth {
  readonly month: string
  readonly events: number
}

/**
 * Months of the log that are two years old. What counts as that the database decides, from the instant and from the
 * newest event: nothing that is asked here takes anything younger. Dropping waits a quarter of a second for whoever uses
 * the log, and then throws `Unavailable`.
 */
export const logMonthStore = ({ db, now }: StoreContext) => ({
  /** The oldest first. */
  async old(): Promise<readonly LogMonth[]> {
    const { rows } = await sql<LogMonth>`
      select to_char(old.month, 'YYYY-MM') as month,
        (select count(*)::integer from events e where e.created_at >= old.month::timestamp at time zone 'UTC'
          and e.created_at < (old.month + interval '1 month') at time zone 'UTC') as events
      from old_event_months(${now()}) old (month) order by old.month`.execute(db)
    return rows
  },

  /** Drops such a month, and answers how many events it held; nothing when it is gone already. */
  async drop({ month }: Pick<LogMonth, 'month'>): Promise<number | undefined> {
    const { rows } = await sql<{ gone: number | null }>`
      select drop_event_month(${`${month}-01`}::date, ${now()})::integer as gone`.execute(db)
    return rows[0]?.gone ?? undefined
  },

  /** How many events are that old for which no month had been made. */
  async countWithoutMonth(): Promise<number> {
    // Asked apart: whoever looks for the newest event while it holds a part of the log would wait for a process that holds
    // the log and waits for that part.
    const { rows: since } = await sql<{ at: Date }>`select events_kept_from(${now()}) as at`.execute(db)
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from events_other where created_at < ${since[0]?.at}`.execute(db)
    return rows[0]?.count ?? 0
  },

  /** Removes those, and answers how many they were. */
  async dropWithoutMonth(): Promise<number> {
    const { rows } = await sql<{ gone: number }>`
      select drop_old_events_without_month(${now()})::integer as gone`.execute(db)
    return rows[0]?.gone ?? 0
  },
})
