import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { bySearches, byText, type Condition, type Finding, isLong } from './user-list.sql.ts'
import { type Way, wayThrough } from './user-list-order.sql.ts'

const sampled = 5000
const commonIn = 300

/** How those are found who have a text, and what some thousand people say of it, where those were asked. */
export interface TextFinding {
  readonly finding: Finding
  /** Which share of everybody has it. */
  readonly share?: number
  /** Where not many have it: the name of whoever of them does and comes first on the way; null when nobody does. */
  readonly nearest?: string | null
}

/**
 * How those are found who have a text, `within` some organisations of `t`: by an index, but for one or two letters that
 * many have. Whether many do, and how near on this way through their names, is judged by some thousand people.
 */
export const findingByText = async (
  db: Connection,
  text: string,
  within?: Condition,
  { beyond, first }: Way = wayThrough('name', undefined),
): Promise<TextFinding> => {
  if (isLong(text)) return { finding: byText(text) }
  const { rows } = await sql<{ count: number; nearest: string | null }>`
    select count(*)::integer as count, ${first(sql`t.name`)} filter (where ${beyond(sql`t.name`, sql`t.user_id`) ?? sql`true`}) as nearest
    from (select * from user_searches limit ${sampled}) t
    where ${bySearches.containing(text)}`.execute(db)
  const { count, nearest } = rows[0] ?? { count: 0, nearest: null }
  const share = count / sampled
  return count > commonIn ? { finding: bySearches, share } : { finding: byText(text, within), share, nearest }
}
