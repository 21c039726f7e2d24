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

  /**
   * Removes remembered browsers and answered challenges that are over, and links that have been for a month: until then
   * whoever follows one is told that it is too old. Notices of a year ago belong to nothing any more. `true` when there
   * may be more of them.
   */
  async leftovers(): Promise<boolean> {
    const [row] = await leftovers(db, now(), after(now(), -30 * day), after(now(), -365 * day))
    return row?.mayBeMore ?? false
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

const leftovers = statement<
  { readonly mayBeMore: boolean },
  [now: Date, monthBefore: Date, yearBefore: Date]
>(
  'purge.leftovers',
  `with browsers as (
     delete from remembered_browsers where id in (
       select id from remembered_browsers where expires_at <= $1 limit ${rowsAtOnce} for update skip locked)
     returning id
   ), challenges as (
     delete from answered_challenges where challenge_hash in (
       select challenge_hash from answered_challenges where expires_at <= $1 limit ${rowsAtOnce} for update skip locked)
     returning challenge_hash
   ), links as (
     delete from account_tokens where token_hash in (
       select token_hash from account_tokens where expires_at <= $2 limit ${rowsAtOnce} for update skip locked)
     returning token_hash
   ), notices as (
     delete from account_notices where ctid = any (array(
       select ctid from account_notices where created_at < $3 limit ${rowsAtOnce} for update skip locked))
     returning user_id
   )
   select greatest((select count(*) from browsers), (select count(*) from challenges), (select count(*) from links),
     (select count(*) from notices))
     = ${rowsAtOnce} as "mayBeMore"`,
)
