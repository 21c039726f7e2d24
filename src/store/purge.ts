import { after, day } from '#kernel/clock.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** What a statement looks at, at most; so none holds its rows for long. */
const rowsAtOnce = 1000

/** Removes what nobody can use any more. Each call is one short statement; rows that others hold are left alone. */
export const purgeStore = ({ db, now }: StoreContext) => ({
  /**
   * Looks at the thousand sessions after this id, and removes those that ended or were not used for a day. Answers the
   * last id looked at; nothing when there was none.
   */
  async sessions(from: TimeOrderedId): Promise<TimeOrderedId | undefined> {
    const [row] = await sessions(db, from, now(), dayBefore(now()))
    return row?.last ?? undefined
  },

  /** The same for authorizations that are over, or that were ended more than a day ago; their spent tokens go too. */
  async authorizations(from: TimeOrderedId): Promise<TimeOrderedId | undefined> {
    const [row] = await authorizations(db, from, now(), dayBefore(now()))
    return row?.last ?? undefined
  },

  /** Removes the oldest counts of windows that began more than a day ago; `true` when there may be more of them. */
  async throttles(): Promise<boolean> {
    return (await throttles(db, dayBefore(now()))).length === rowsAtOnce
  },
})

const dayBefore = (instant: Date): Date => after(instant, -day)

interface LookedAt {
  readonly last: TimeOrderedId | null
}

// Arrays of ids, because a join might be planned as a scan of the whole table. What is over is asked of the locked
// row: a session that is used meanwhile stays.
const walk = (table: 'sessions' | 'authorizations', isOver: string) =>
  statement<LookedAt, [from: TimeOrderedId, now: Date, dayBefore: Date]>(
    `purge.${table}`,
    `with batch as materialized (
       select id from ${table} where id > $1 order by id limit ${rowsAtOnce}
     ), doomed as materialized (
       select id from ${table} where id = any (array(select id from batch)) and (${isOver})
       order by id for update skip locked
     ), gone as (
       delete from ${table} where id = any (array(select id from doomed))
     )
     select max(id) as last from batch`,
  )

const sessions = walk('sessions', 'expires_at <= $2 or last_seen_at < $3')
const authorizations = walk('authorizations', 'expires_at <= $2 or ended_at < $3')

const throttles = statement<{ readonly name: string }, [dayBefore: Date]>(
  'purge.throttles',
  `with doomed as materialized (
     select name, caller, window_start from throttles where window_start < $1
     order by window_start limit ${rowsAtOnce} for update skip locked
   )
   delete from throttles t using doomed d
   where t.name = d.name and t.caller = d.caller and t.window_start = d.window_start
   returning t.name`,
)
