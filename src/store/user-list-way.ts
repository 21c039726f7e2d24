import { type RawBuilder, sql } from 'kysely'
import type { PermissionId } from '#domain/application.ts'
import type { UserOrder, UserPlace } from '#domain/user-filter.ts'
import type { Connection } from './connection.ts'
import { type Condition, type Finding, type Known, matching } from './user-list.sql.ts'
import { wayThrough } from './user-list-order.sql.ts'
import { findingByText, type TextFinding } from './user-list-text.ts'

/** Lists of many are counted up to here, so that counting stays fast. */
export const mostCounted = 1000

/** Where the planner expects no more than these, all of them are counted and sorted: a walk would hardly meet any. */
const mostExpected = 5000

/** So many are walked past in the order of a list for each who is wanted, before all that match are sorted instead. */
const mostWalkedForEach = 200

/** The same where an index alone says who matches. */
const mostNearWalked = 50_000

/** So many times as far as a page is expected to reach that shows those with a text: whoever is not met by then stands elsewhere. */
const timesAsFar = 4

/** The same, where the next of those with a text stand: to sort all of them takes no longer then. */
const mostWalkedToText = 25_000

/** Whom a page shows, and from where on. */
export interface PageAsked {
  /** How they are found where no text says who it is. */
  readonly finding: Finding
  /** Of those who are known so: whom it is about, but for the text. */
  readonly among: (known: Known) => Condition
  /** They hold any of these permissions; empty where nothing is asked of that. */
  readonly permissions: readonly PermissionId[]
  /** What is searched for; empty for nothing. */
  readonly text: string
  /** Of which organisations `t` they are, where that is asked. */
  readonly within?: Condition | undefined
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
export interface Found extends PageAsked {
  readonly areFew: boolean
  /** There are hardly so few that all of them are counted. */
  readonly areMany: boolean
  /** So many are walked past in the order of the list at most; 0 where those who match stand too far away. */
  readonly mostWalked: number
}

/**
 * By which way those are found who match, and one more than the page has room for. Where the planner expects few, whatever
 * the text is, the text is looked for in those. It knows little of who has a text.
 */
export const findWay = async (db: Connection, page: PageAsked): Promise<Found> => {
  const { finding, among, text, within, isFiltered, order, place } = page
  const expected = ({ from }: Finding, condition: Condition): Promise<number> =>
    expects(db, sql`select from ${from} where ${condition}`)
  const areFew = isFiltered && (await expected(finding, among(finding))) <= mostExpected
  const limit = page.limit + 1
  const asked = { ...page, limit, areFew }
  if (areFew || text === '') return { ...asked, areMany: !areFew, mostWalked: mostWalked(asked) }
  const byName = wayThrough('name', order === 'name' ? place : undefined)
  const { finding: byText, ...sample } = await findingByText(db, text, within, byName)
  return {
    ...asked,
    finding: byText,
    areMany:
      sample.share === undefined
        ? (await expected(byText, matching(byText, page))) > mostExpected
        : sample.share > 0,
    mostWalked: Math.min(mostWalked(asked), await reachOfText(db, asked, sample)),
  }
}

const mostWalked = ({ text, order, isNear, limit }: PageAsked): number =>
  (text === '' ? !isNear : order !== 'name') ? mostWalkedForEach * limit : mostNearWalked

/** How far a walk through the names must go for a page of those with a text; 0 when it would be too far. */
const reachOfText = async (
  db: Connection,
  { order, place, isNear, within, limit }: PageAsked,
  { share, nearest }: Omit<TextFinding, 'finding'>,
): Promise<number> => {
  if (order !== 'name' || !isNear || share === undefined) return mostNearWalked
  const evenly = Math.ceil((timesAsFar * limit) / share)
  if (nearest === undefined) return within ? mostNearWalked : evenly
  if (within) return 0
  const { until } = wayThrough(order, place)
  const ahead = await expects(db, sql`select from user_searches n where ${until(sql`n.name`, nearest)}`)
  return ahead > mostWalkedToText ? 0 : ahead + evenly
}

/** How many rows the planner expects of it. */
export const expects = async (db: Connection, query: RawBuilder<unknown>): Promise<number> => {
  const { rows } = await sql<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) ${query}`.execute(db)
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? Number.POSITIVE_INFINITY
}
