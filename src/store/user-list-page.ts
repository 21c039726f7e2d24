import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import type { Connection } from './connection.ts'
import { columns, type ListedRow, type ListedUser, listedUser } from './listed-users.ts'
import { allOf, type Condition, dormantSince, hasText, wayThrough } from './user-list.sql.ts'

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

/** The same where nothing but texts is walked past, which lie close together. */
const mostTextsWalked = 100_000

/** Whom of the users `u` a page shows, and from where on. */
export interface PageAsked {
  readonly condition: (isWalking: boolean) => Condition
  readonly order: UserOrder
  readonly place: UserPlace | undefined
  readonly limit: number
  /** What is searched for, if anything is. */
  readonly text?: string | undefined
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
      select u.id, ${key} as key, ${beyond() ?? sql`true`} as is_beyond from users u where ${condition(false)} limit ${most}
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
 * of them near the place, those are sorted after all.
 */
const walk = async (db: Connection, asked: PageAsked): Promise<readonly ListedRow[]> => {
  const { condition, order, place, limit } = asked
  const { sorting, beyond } = wayThrough(order, place)
  const walked = asked.text && order === 'name' ? searchedByName(asked, asked.text) : walkedPast(asked)
  const { rows } = await sql<ListedRow>`
    select ${columns(order)} from (${walked}) u left join organisations o on o.id = u.organisation_id
    where ${condition(true)} order by ${sorting(sql`u.sorted_by`, sql`u.id`)} limit ${limit}`.execute(db)
  if (rows.length === limit) return rows
  const isBeyond = (isWalking: boolean) => allOf([condition(isWalking), beyond()])
  return (await sortMatching(db, { ...asked, condition: isBeyond }, null)).rows
}

/** Whoever signed in too late is skipped where that is the order. */
const walkedPast = ({ order, place, dormantSince: day }: PageAsked): RawBuilder<unknown> => {
  const { key, sorting, beyond } = wayThrough(order, place)
  const isSkipped = order !== 'name' && day !== undefined
  return sql`select u.*, ${key} as sorted_by from users u
    where ${allOf([sql`u.kind = 'person'`, beyond(), isSkipped && dormantSince(day)])}
    order by ${sorting(key, sql`u.id`)} limit ${mostWalked}`
}

/** Names and texts lie in one index in the order of names: nobody is looked at but those who have the text. */
const searchedByName = ({ order, place }: PageAsked, text: string): RawBuilder<unknown> => {
  const { sorting, beyond } = wayThrough(order, place)
  const [name, id] = [sql`s.name`, sql`s.user_id`]
  return sql`select u.*, s.name as sorted_by
    from (
      select name, user_id, text from user_searches s where ${beyond(name, id) ?? sql`true`}
      order by ${sorting(name, id)} limit ${mostTextsWalked}
    ) s join users u on u.id = s.user_id where ${hasText(text)}`
}
