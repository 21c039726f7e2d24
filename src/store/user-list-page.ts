import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import type { Connection } from './connection.ts'
import { columns, type ListedRow, type ListedUser, listedUser } from './listed-users.ts'
import {
  allOf,
  byAccount,
  type Condition,
  type Finding,
  hasText,
  lastSignIn,
  midnight,
  wayThrough,
} from './user-list.sql.ts'

export interface UserPage {
  /** How many there are in all; `mostCounted` where those are more than were counted. */
  readonly count: number
  readonly isMoreThanCounted: boolean
  readonly users: readonly ListedUser[]
  /** There are more on this way. */
  readonly isMore: boolean
}

/** Lists of many are counted up to here, so that counting stays fast. */
const mostCounted = 1000

/** Where the planner expects no more than these, all of them are counted and sorted: a walk would hardly meet any. */
const mostExpected = 5000

/** So many are taken then: the planner may be wrong. */
const mostSorted = 10_000

/** So many are walked past in the order of a list for each who is wanted, before all that match are sorted instead. */
const mostWalkedForEach = 200

/** The same where nothing but texts is walked past, which lie close together. */
const mostTextsWalked = 50_000

/** Whom a page shows, and from where on. */
export interface PageAsked {
  readonly finding: Finding
  /** Of those who are found so. */
  readonly condition: Condition
  /** The same of users `u`. */
  readonly walking: Condition
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
  const asked = oneMore(page)
  const most = (await areFew(db, asked)) ? mostSorted : mostCounted
  const { count, rows } = await sortMatching(db, asked, most)
  const isMoreThanCounted = count > most
  return {
    count: isMoreThanCounted ? mostCounted : count,
    isMoreThanCounted,
    ...shown(page, isMoreThanCounted ? await walk(db, asked) : rows, now),
  }
}

/** The same where nobody asks how many there are in all. */
export const uncountedPageOf = async (
  db: Connection,
  page: PageAsked,
  now: Date,
): Promise<Pick<UserPage, 'users' | 'isMore'>> => {
  const asked = oneMore(page)
  const few = (await areFew(db, asked)) ? await sortMatching(db, asked, mostSorted) : undefined
  return shown(page, few && few.count <= mostSorted ? few.rows : await walk(db, asked), now)
}

const oneMore = (page: PageAsked): PageAsked => ({ ...page, limit: page.limit + 1 })

const shown = ({ place, limit }: PageAsked, rows: readonly ListedRow[], now: Date) => {
  const users = rows.slice(0, limit).map((row) => listedUser(row, now))
  return {
    users: place?.direction === 'before' ? users.toReversed() : users,
    isMore: rows.length > limit,
  }
}

/** Does the planner expect few? It knows little of who has a text. */
const areFew = async (db: Connection, { finding, condition, text }: PageAsked): Promise<boolean> => {
  if (text) return false
  const { rows } = await sql<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select from ${finding.from} where ${condition}`.execute(db)
  const [row] = rows
  return row !== undefined && row['QUERY PLAN'][0].Plan['Plan Rows'] <= mostExpected
}

/**
 * Finds those who match by whatever index is best, up to `most` of them, and sorts them: right when there are few.
 * Without the sort in sight, the planner never walks through everybody for the last few who match. Who comes before the
 * place is left out afterwards: the planner would look for the others in an index, and half of everybody is in that.
 */
const sortMatching = async (
  db: Connection,
  { finding, condition, order, place, limit }: PageAsked,
  most?: number,
): Promise<{ readonly count: number; readonly rows: readonly ListedRow[] }> => {
  const { sorting, beyond } = wayThrough(order, place)
  const key = order === 'name' ? finding.name : lastSignIn
  const { rows } = await sql<ListedRow & { count: number } & ({ id: UserId } | { id: null })>`
    with matching as materialized (
      select ${finding.id} as id, ${key} as key from ${finding.from} where ${condition}
      ${most === undefined ? sql`` : sql`limit ${most + 1}`}
    ), listed as (
      select id, key from matching where ${beyond(sql`key`, sql`id`) ?? sql`true`}
      order by ${sorting(sql`key`, sql`id`)} limit ${limit}
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
  const { walking, order, place, limit, text } = asked
  const { sorting } = wayThrough(order, place)
  const walked = text && order === 'name' ? searchedByName(asked, text) : walkedPast(asked)
  const { rows } = await sql<ListedRow>`
    select ${columns(order)} from (${walked}) u left join organisations o on o.id = u.organisation_id
    where ${walking} order by ${sorting(sql`u.sorted_by`, sql`u.id`)} limit ${limit}`.execute(db)
  return rows.length === limit || (await isAtItsEnd(db, asked)) ? rows : (await sortMatching(db, asked)).rows
}

/** Is there nobody behind those whom such a walk passes? Asked where the order is what the condition is about. */
const isAtItsEnd = async (
  db: Connection,
  { order, place, limit, dormantSince: day }: PageAsked,
): Promise<boolean> => {
  if (order === 'name' || day === undefined) return false
  const { sorting, beyond } = wayThrough(order, place)
  const { rows } = await sql`
    select from last_sign_ins l where ${allOf([signedInBefore(day), beyond(lastSignIns.key, lastSignIns.id)])}
    order by ${sorting(lastSignIns.key, lastSignIns.id)} limit 1 offset ${mostWalkedForEach * limit}`.execute(
    db,
  )
  return rows.length === 0
}

/** Last sign-ins, by which people are walked past, lie beside the accounts. */
const lastSignIns = { key: sql`l.at`, id: sql`l.user_id` }
const signedInBefore = (day: string): Condition => sql`l.at < ${midnight(day)}`

/** Whoever signed in too late is skipped where that is the order. */
const walkedPast = ({ order, place, limit, dormantSince: day }: PageAsked): RawBuilder<unknown> => {
  const { sorting, beyond } = wayThrough(order, place)
  const isByName = order === 'name'
  const { key, id } = isByName ? { key: byAccount.name, id: byAccount.id } : lastSignIns
  const isEarly = !isByName && day !== undefined && signedInBefore(day)
  return sql`select u.*, ${key} as sorted_by
    from ${isByName ? sql`users u` : sql`last_sign_ins l join users u on u.id = l.user_id`}
    where ${allOf([byAccount.always, beyond(key, id), isEarly])}
    order by ${sorting(key, id)} limit ${mostWalkedForEach * limit}`
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
