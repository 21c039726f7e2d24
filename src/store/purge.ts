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
   * last id looked at (none when there was nothing), and how many are gone.
   */
  async sessions(from: TimeOrderedId): Promise<PurgedPart> {
    return purgedPart(await sessions(db, from, now(), dayBefore(now())))
  },

  /** The same for authorizations that are over, or that were ended more than a day ago; their spent tokens go too. */
  async authorizations(from: TimeOrderedId): Promise<PurgedPart> {
    return purgedPart(await authorizations(db, from, now(), dayBefore(now())))
  },

  /** Removes the oldest counts of windows that began more than a day ago. */
  async throttles(): Promise<PurgedSome> {
    const removed = (await throttles(db, dayBefore(now()))).length
    return { removed, mayBeMore: removed === rowsAtOnce }
  },

  /**
   * Removes remembered browsers and answered challenges that are over, and links that have been for a month: until then
   * whoever follows one is told that it is too old. Notices of a year ago belong to nothing any more, and resets of many
   * passwords that nobody started within a week neither.
   */
  async leftovers(): Promise<PurgedSome> {
    const at = now()
    const [row] = await leftovers(db, at, after(at, -30 * day), after(at, -365 * day), after(at, -7 * day))
    return { removed: row?.removed ?? 0, mayBeMore: row?.mayBeMore ?? false }
  },

  /** Organisations that everybody has left are no longer offered by the filters of lists. */
  async leftOrganisations(): Promise<number> {
    const [row] = await leftOrganisations(db)
    return row?.removed ?? 0
  },

  /** How many rows of each kind could be removed now. It reads whole tables: for somebody who asks, not for a job. */
  async expired(): Promise<ExpiredCounts> {
    const [row] = await expired(db, now(), dayBefore(now()))
    return row ?? { sessions: 0, authorizations: 0, throttles: 0 }
  },
})

/** One step of a walk through a table. */
export interface PurgedPart {
  readonly last: TimeOrderedId | undefined
  readonly removed: number
}

/** One batch of a table from which as many are removed as there are. */
export interface PurgedSome {
  readonly removed: number
  readonly mayBeMore: boolean
}

export interface ExpiredCounts {
  readonly sessions: number
  /** Codes, and access and refresh tokens: one row for each sign-in to an application. */
  readonly authorizations: number
  readonly throttles: number
}

const purgedPart = ([row]: readonly LookedAt[]): PurgedPart => ({
  last: row?.last ?? undefined,
  removed: row?.removed ?? 0,
})

const dayBefore = (instant: Date): Date => after(instant, -day)

interface LookedAt {
  readonly last: TimeOrderedId | null
  readonly removed: number
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
     select max(id) as last, (select count(*)::integer from doomed) as removed from batch`,
  )

const sessions = walk('sessions', 'expires_at <= $2 or last_seen_at < $3')
const authorizations = walk('authorizations', 'expires_at <= $2 or ended_at < $3')

const expired = statement<ExpiredCounts, [now: Date, dayBefore: Date]>(
  'purge.expired',
  `select (select count(*)::integer from sessions where expires_at <= $1 or last_seen_at < $2) as sessions,
     (select count(*)::integer from authorizations where expires_at <= $1 or ended_at < $2) as authorizations,
     (select count(*)::integer from throttles where window_start < $2) as throttles`,
)

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

const leftOrganisations = statement<{ readonly removed: number }, []>(
  'purge.left-organisations',
  'select forget_left_organisations() as removed',
)

const leftovers = statement<PurgedSome, [now: Date, monthBefore: Date, yearBefore: Date, weekBefore: Date]>(
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
   ), resets as (
     delete from mass_resets where id in (
       select id from mass_resets where started_at is null and created_at < $4 limit 1 for update skip locked)
     returning id
   ), counts as (
     select (select count(*)::integer from browsers) as browsers, (select count(*)::integer from challenges) as challenges,
       (select count(*)::integer from links) as links, (select count(*)::integer from notices) as notices,
       (select count(*)::integer from resets) as resets
   )
   select browsers + challenges + links + notices + resets as removed,
     greatest(browsers, challenges, links, notices) = ${rowsAtOnce} or resets > 0 as "mayBeMore" from counts`,
)
