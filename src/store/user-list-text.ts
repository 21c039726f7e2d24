import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { bySearches, byText, type Condition, type Finding, isLong } from './user-list.sql.ts'

const sampled = 5000
const commonIn = 300

/** How those are found who have a text, and which share of everybody has it, where that was judged. */
export interface TextFinding {
  readonly finding: Finding
  readonly share?: number
}

/**
 * How those are found who have a text, `within` some organisations of `t`: by an index, but for one or two letters that
 * many have. Whether many do is judged by some thousand people.
 */
export const findingByText = async (
  db: Connection,
  text: string,
  within?: Condition,
): Promise<TextFinding> => {
  if (isLong(text)) return { finding: byText(text) }
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from (select text from user_searches limit ${sampled}) t
    where ${bySearches.containing(text)}`.execute(db)
  const count = rows[0]?.count ?? 0
  return { finding: count > commonIn ? bySearches : byText(text, within), share: count / sampled }
}
