import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { UserOrder } from '#domain/user-filter.ts'
import type { Counted } from '#kernel/count.ts'
import type { Connection } from './connection.ts'
import { columns, type ListedRow, type ListedUser, listedUser } from './listed-users.ts'
import { allOf, holders, inOrder, matching } from './user-list.sql.ts'
import { wayThrough } from './user-list-order.sql.ts'
import { expects, type Found, findWay, mostCounted, type PageAsked } from './user-list-way.ts'

/** How many there are in all, up to `mostCounted`, and those who are shown. */
export interface UserPage extends Counted {
  readonly users: readonly ListedUser[]
  /** There are more on this way. */
  readonly isMore: boolean
}

/** So many are counted in the order of sign-ins, where to walk past somebody without the text costs more than to find those who have it. */
const mostCountedByText = 2500

/** So many are taken where few are expected: the planner may be wrong. */
const mostSorted = 10_000

/** Of at least so many, a page is met by a walk past so many others, where there are a million people. */
const fewestMet = 1000
const mostMet = 25_000

/** So many holders of a permission are read at once for each who is wanted, rather than to look up each who is walked past. */
const mostHeldForEach = 400

/** At most `limit` people in this order, from this place on (before it: the nearest), and how many there are in all. */
export const pageOf = async (db: Connection, page: PageAsked, now: Date): Promise<UserPage> => {
  const found = await findWay(db, page)
  const most = mostToCount(found)
  // The two do not wait for each other, and where it turns out that there are few, nobody waits for the walk.
  const counting = sortMatching(db, found, most)
  const walking = found.areMany ? walk(db, found) : undefined
  walking?.catch(() => undefined)
  const { count, rows } = await counting
  const isMoreThanCounted = count > most
  return {
    count: isMoreThanCounted ? mostCounted : count,
    isMoreThanCounted,
    ...shown(page, isMoreThanCounted ? await (walking ?? walk(db, found)) : rows, now),
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

const shown = ({ place, limit }: PageAsked, rows: readonly ListedRow[], now: Date) => {
  const users = rows.slice(0, limit).map((row) => listedUser(row, now))
  return {
    users: place?.direction === 'before' ? users.toReversed() : users,
    isMore: rows.length > limit,
  }
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
  most: number,
): Promise<{ readonly count: number; readonly rows: readonly ListedRow[] }> => {
  const { all, key, listed, shownOf, sorting } = sorted(found)
  const { rows } = await sql<ListedRow & { count: number } & ({ id: UserId } | { id: null })>`
    with matching as materialized (${all} limit ${most + 1}),
    counted as materialized (select count(*)::integer as count from matching),
    ${keyedOf(found, key, most)},
    listed as (${listed})
    select counted.count, ${columns(found.order)} from counted left join (${shownOf}) on true ${sorting}`.execute(
    db,
  )
  return { count: rows[0]?.count ?? 0, rows: rows.filter(({ id }) => id !== null) }
}

/**
 * What the counted ones are sorted by. When a few thousand signed in takes long to look up: before that, a walk in that
 * order looks for a page of them, as far as it may be expected.
 */
const keyedOf = (found: Found, key: RawBuilder<unknown>, most: number): RawBuilder<unknown> => {
  const { order, place, limit } = found
  const areNotTooMany = sql`(select count from counted) <= ${most}`
  if (order === 'name') return sql`keyed as (${key} where ${areNotTooMany})`
  const { sorting } = wayThrough(order, place)
  return sql`
    met as materialized (
      select n.user_id as id, ${ofSignIns.key} as key from (${walkedPast(found)} limit ${mostMet}) n
      where (select count from counted) >= ${fewestMet} and ${areNotTooMany}
        and (n.user_id in (select id from matching)) is true
      order by ${sorting(ofSignIns.key, personNext)} limit ${limit}
    ),
    keyed as (
      select * from met where (select count(*) from met) = ${limit}
      union all ${key} where ${areNotTooMany} and (select count(*) from met) < ${limit}
    )`
}

/** The same for all who match, where nobody asks how many those are; the offset keeps the sort out of sight here. */
const sortAll = async (db: Connection, found: Found): Promise<readonly ListedRow[]> => {
  const { all, key, listed, shownOf, sorting } = sorted(found)
  const { rows } = await sql<ListedRow>`
    with matching as (${all} offset 0), keyed as (${key}), listed as (${listed})
    select ${columns(found.order)} from ${shownOf} ${sorting}`.execute(db)
  return rows
}

/** Those `all` who are `matching`, what they are sorted by, and those of them who are `listed`. */
const sorted = (found: Found) => {
  const { finding, order, place, limit } = found
  const { sorting, beyond } = wayThrough(order, place)
  const isByName = order === 'name'
  return {
    all: sql`select ${finding.id} as id${isByName ? sql`, ${finding.name} as key` : sql``} from ${finding.from}
      where ${matching(finding, found)}`,
    key: isByName
      ? sql`select * from matching`
      : sql`select m.id, s.last_signed_in_at as key from matching m join sign_in_states s on s.user_id = m.id`,
    listed: sql`select id, key from keyed where ${beyond(sql`key`, sql`id`) ?? sql`true`}
      order by ${sorting(sql`key`, sql`id`)} limit ${limit}`,
    shownOf: sql`listed join users u on u.id = listed.id join sign_in_states s on s.user_id = listed.id
      left join organisations o on o.id = u.organisation_id`,
    sorting: sql`order by ${sorting(sql`listed.key`, sql`listed.id`)}`,
  }
}

/**
 * Walks through everybody in the order of the list until enough match: fast where many do. Where many match but none
 * of them near the place, those are sorted after all.
 */
const walk = async (db: Connection, found: Found): Promise<readonly ListedRow[]> => {
  const { order, place, permissions, limit } = found
  if (found.mostWalked === 0) return sortAll(db, found)
  const { key } = orderIndexes[order]
  const { sorting } = wayThrough(order, place)
  const areHoldersFew =
    permissions.length > 0 && (await expects(db, holders(permissions))) <= mostHeldForEach * limit
  const { rows } = await sql<ListedRow>`
    select ${columns(order)}
    from (${walkedPast(found)} limit ${found.mostWalked}) n
    join users u on u.id = n.user_id join sign_in_states s on s.user_id = n.user_id
    left join organisations o on o.id = u.organisation_id
    where ${matching(inOrder(order, areHoldersFew), found)}
    order by ${sorting(key, personNext)} limit ${limit}`.execute(db)
  return rows.length === limit || (await isAtItsEnd(db, found)) ? rows : sortAll(db, found)
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

/** Is there nobody behind those whom such a walk passes? Then it has met all who match. */
const isAtItsEnd = async (db: Connection, found: Found): Promise<boolean> => {
  const { rows } = await sql`${walkedPast(found)} limit 1 offset ${found.mostWalked}`.execute(db)
  return rows.length === 0
}
