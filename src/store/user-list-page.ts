import { sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import type { Connection } from './connection.ts'
import { columns, type ListedRow, type ListedUser, listedUser } from './listed-users.ts'
import { allOf, type Condition, dormantSince, type Search, wayThrough } from './user-list.sql.ts'

export interface UserPage {
  /** How many there are in all, at most `mostCounted`. */
  readonly count: number
  readonly isMoreThanCounted: boolean
  readonly users: readonly ListedUser[]
  /** There are more on this way. */
  readonly isMore: boolean
}

/** Lists are counted up to here, so that counting stays fast. */
const mostCounted = 2000

/** So many are walked past in the order of a list before all that match are sorted instead. */
const mostWalked = 5000

/** Whom of the users `u` a page shows, and from where on. */
export interface PageAsked {
  readonly condition: (search: Search) => Condition
  readonly order: UserOrder
  readonly place: UserPlace | undefined
  readonly limit: number
  /** The day since which none of them has signed in, where the condition says so. */
  readonly dormantSince?: string | undefined
}

/** At most `limit` people in this order, from this place on (before it: the nearest), and how many there are in all. */
export const pageOf = async (db: Connection, page: PageAsked, now: Date): Promise<UserPage> => {
  const { place, limit } = page
  const asked = { ...page, limit: limit + 1 }
  const few = await sortMatching(db, asked, mostCounted + 1)
  const rows = few.count <= mostCounted ? few.rows : await walk(db, asked)
  const users = rows.slice(0, limit).map((row) => listedUser(row, now))
  return {
    count: Math.min(few.count, mostCounted),
    isMoreThanCounted: few.count > mostCounted,
    users: place?.direction === 'before' ? users.toReversed() : users,
    isMore: rows.length > limit,
  }
}

/**
 * Finds those who match by whatever index is best, up to `most` of them, and sorts them: right when there are few.
 * Without the sort in sight, the planner never walks through everybody for the last few who match.
 */
const sortMatching = async (
  db: Connection,
  { condition, order, place, limit }: PageAsked,
  most: number | null,
): Promise<{ readonly count: number; readonly rows: readonly ListedRow[] }> => {
  const { key, sorting, beyond } = wayThrough(order, place)
  const { rows } = await sql<ListedRow & { count: number } & ({ id: UserId } | { id: null })>`
    with matching as materialized (
      select u.id, ${key} as key, ${beyond ?? sql`true`} as is_beyond from users u where ${condition('indexed')} limit ${most}
    ), listed as (
      select id, key from matching where is_beyond order by ${sorting(sql`key`, sql`id`)} limit ${limit}
    )
    select counted.count, ${columns(order)}
    from (select count(*)::integer as count from matching) counted
    left join (listed join users u on u.id = listed.id left join organisations o on o.id = u.organisation_id) on true
    order by ${sorting(sql`listed.key`, sql`listed.id`)}`.execute(db)
  return { count: rows[0]?.count ?? 0, rows: rows.filter(({ id }) => id !== null) }
}

/**
 * Walks through everybody in the order of the list until enough match: fast where many do. Where many match but none
 * of them near the place, those are sorted after all. Who signed in too late is skipped where that is the order.
 */
const walk = async (db: Connection, asked: PageAsked): Promise<readonly ListedRow[]> => {
  const { condition, order, place, limit } = asked
  const isSkipped = order !== 'name' && asked.dormantSince !== undefined
  const { key, sorting, beyond } = wayThrough(order, place)
  const { rows } = await sql<ListedRow>`
    select ${columns(order)}
    from (
      select u.*, ${key} as sorted_by from users u where ${allOf([sql`u.kind = 'person'`, beyond, isSkipped && dormantSince(asked.dormantSince)])}
      order by ${sorting(key, sql`u.id`)} limit ${mostWalked}
    ) u left join organisations o on o.id = u.organisation_id
    where ${condition('walking')} order by ${sorting(sql`u.sorted_by`, sql`u.id`)} limit ${limit}`.execute(db)
  if (rows.length === limit) return rows
  const isBeyond = (search: Search) => allOf([condition(search), beyond])
  return (await sortMatching(db, { ...asked, condition: isBeyond }, null)).rows
}
