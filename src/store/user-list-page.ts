import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import type { Connection } from './connection.ts'
import { columns, type ListedRow, type ListedUser, listedUser } from './listed-users.ts'
import { allOf, type Condition, type Finding, inOrder, type Known, matching } from './user-list.sql.ts'
import { wayThrough } from './user-list-order.sql.ts'
import { findingByText } from './user-list-text.ts'

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

/** The same in the order of sign-ins, where to walk past somebody without the text costs more than to find those who have it. */
const mostCountedByText = 2500

/** Where the planner expects no more than these, all of them are counted and sorted: a walk would hardly meet any. */
const mostExpected = 5000

/** So many are taken then: the planner may be wrong. */
const mostSorted = 10_000

/** So many are walked past in the order of a list for each who is wanted, before all that match are sorted instead. */
const mostWalkedForEach = 200

/** The same where an index alone says who matches. */
const mostNearWalked = 50_000

/** Whom a page shows, and from where on. */
export interface PageAsked {
  /** How they are found where no text says who it is. */
  readonly finding: Finding
  /** Of those who are known so: whom it is about, but for the text. */
  readonly among: (known: Known) => Condition
  /** What is searched for; empty for nothing. */
  readonly text: string
  /** Something else than a text is asked: the planner may know how many that leaves. */
  readonly isFiltered: boolean
  /** Nothing of their accounts is looked at, but for their roles and organisations. */
  readonly isNear: boolean
  /** Which last sign-ins `n` they have, where that is known. */
  readonly signedIn?: Condition | undefined
  readonly order: UserOrder
  readonly place: UserPlace | undefined
  readonly limit: number
}

/** The same, and which way they are found. */
interface Found extends PageAsked {
  readonly areFew: boolean
}

/** At most `limit` people in this order, from this place on (before it: the nearest), and how many there are in all. */
export const pageOf = async (db: Connection, page: PageAsked, now: Date): Promise<UserPage> => {
  const found = await findWay(db, page)
  const most = mostToCount(found)
  const { count, rows } = await sortMatching(db, found, most)
  const isMoreThanCounted = count > most
  return {
    count: isMoreThanCounted ? mostCounted : count,
    isMoreThanCounted,
    ...shown(page, isMoreThanCounted ? await walk(db, found) : rows, now),
  }
}

/** The same where nobody asks how many there are in all. */
export const uncountedPageOf = async (
  db: Connection,
  page: PageAsked,
  now: Date,
): Promise<Pick<UserPage, 'users' | 'isMore'>> => {
  const found = await findWay(db, page)
  const few = found.areFew ? await sortMatching(db, found, mostSorted) : undefined
  return shown(page, few && few.count <= mostSorted ? few.rows : await walk(db, found), now)
}

const mostToCount = ({ areFew, text, order, isFiltered }: Found): number => {
  if (areFew) return mostSorted
  return text !== '' && order !== 'name' && !isFiltered ? mostCountedByText : mostCounted
}

/**
 * By which way those are found who match, and one more than the page has room for. Where the planner expects few, whatever
 * the text is, the text is looked for in those. It knows little of who has a text.
 */
const findWay = async (db: Connection, page: PageAsked): Promise<Found> => {
  const { finding, among, text, isFiltered, limit } = page
  const areFew = isFiltered && (await expectsFew(db, finding, among(finding)))
  return {
    ...page,
    limit: limit + 1,
    finding: text === '' || areFew ? finding : await findingByText(db, text),
    areFew,
  }
}

const shown = ({ place, limit }: PageAsked, rows: readonly ListedRow[], now: Date) => {
  const users = rows.slice(0, limit).map((row) => listedUser(row, now))
  return {
    users: place?.direction === 'before' ? users.toReversed() : users,
    isMore: rows.length > limit,
  }
}

/** Does the planner expect few? */
const expectsFew = async (db: Connection, finding: Finding, condition: Condition): Promise<boolean> => {
  const { rows } = await sql<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select from ${finding.from} where ${condition}`.execute(db)
  const [row] = rows
  return row !== undefined && row['QUERY PLAN'][0].Plan['Plan Rows'] <= mostExpected
}

/**
 * Finds those who match by whatever index is best, up to `most` of them, and sorts them: right when there are few.
 * Without the sort in sight, the planner never walks through everybody for the last few who match. Who comes before the
 * place is left out afterwards: the planner would look for the others in an index, and half of everybody is in that. What
 * they are sorted by is looked up when they are known to be few enough.
 */
const sortMatching = async (
  db: Connection,
  found: Found,
  most?: number,
): Promise<{ readonly count: number; readonly rows: readonly ListedRow[] }> => {
  const { finding, order, place, limit } = found
  const { sorting, beyond } = wayThrough(order, place)
  const isByName = order === 'name'
  const keyed = isByName
    ? sql`select * from matching`
    : sql`select m.id, s.last_signed_in_at as key from matching m join sign_in_states s on s.user_id = m.id`
  const { rows } = await sql<ListedRow & { count: number } & ({ id: UserId } | { id: null })>`
    with matching as materialized (
      select ${finding.id} as id${isByName ? sql`, ${finding.name} as key` : sql``} from ${finding.from}
      where ${matching(finding, found)}
      ${most === undefined ? sql`` : sql`limit ${most + 1}`}
    ), counted as materialized (
      select count(*)::integer as count from matching
    ), keyed as (
      ${keyed}
      ${most === undefined ? sql`` : sql`where (select count from counted) <= ${most}`}
    ), listed as (
      select id, key from keyed where ${beyond(sql`key`, sql`id`) ?? sql`true`}
      order by ${sorting(sql`key`, sql`id`)} limit ${limit}
    )
    select counted.count, ${columns(order)} from counted
    left join (listed join users u on u.id = listed.id join sign_in_states s on s.user_id = listed.id
      left join organisations o on o.id = u.organisation_id) on true
    order by ${sorting(sql`listed.key`, sql`listed.id`)}`.execute(db)
  return { count: rows[0]?.count ?? 0, rows: rows.filter(({ id }) => id !== null) }
}

/**
 * Walks through everybody in the order of the list until enough match: fast where many do. Where many match but none
 * of them near the place, those are sorted after all.
 */
const walk = async (db: Connection, found: Found): Promise<readonly ListedRow[]> => {
  const { order, place, limit } = found
  const { key } = orderIndexes[order]
  const { sorting } = wayThrough(order, place)
  const { rows } = await sql<ListedRow>`
    select ${columns(order)}
    from (${walkedPast(found)} limit ${mostWalked(found)}) n
    join users u on u.id = n.user_id join sign_in_states s on s.user_id = n.user_id
    left join organisations o on o.id = u.organisation_id
    where ${matching(inOrder(order), found)}
    order by ${sorting(key, personNext)} limit ${limit}`.execute(db)
  return rows.length === limit || (await isAtItsEnd(db, found)) ? rows : (await sortMatching(db, found)).rows
}

const ofSignIns = {
  from: sql`sign_in_states n`,
  key: sql`n.last_signed_in_at`,
  columns: sql`n.last_signed_in_at`,
}
/** Whoever comes next lies beside the accounts, with what is asked of people most often. */
const orderIndexes = {
  name: { from: sql`user_searches n`, key: sql`n.name`, columns: sql`n.name, n.text` },
  'newest-sign-in': ofSignIns,
  'oldest-sign-in': ofSignIns,
} as const satisfies Record<UserOrder, object>
const personNext = sql`n.user_id`

/** Whoever signed in too late is skipped where that is the order. */
const walkedPast = ({ order, place, signedIn }: Found): RawBuilder<unknown> => {
  const { from, key, columns: shownOf } = orderIndexes[order]
  const { sorting, beyond } = wayThrough(order, place)
  return sql`select n.user_id, n.role, n.organisation_id, ${shownOf} from ${from}
    where ${allOf([beyond(key, personNext), order !== 'name' && signedIn])}
    order by ${sorting(key, personNext)}`
}

const mostWalked = ({ text, order, isNear, limit }: Found): number =>
  (text === '' ? isNear : order === 'name') ? mostNearWalked : mostWalkedForEach * limit

/** Is there nobody behind those whom such a walk passes? Then it has met all who match. */
const isAtItsEnd = async (db: Connection, found: Found): Promise<boolean> => {
  const { rows } = await sql`${walkedPast(found)} limit 1 offset ${mostWalked(found)}`.execute(db)
  return rows.length === 0
}
