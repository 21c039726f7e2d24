import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { bySearches, byText, type Finding, isLong } from './user-list.sql.ts'

const sampled = 5000
const commonIn = 300

/**
 * How those are found who have a text: by an index, but for one or two letters that many have. Whether many do is judged by
 * some thousand people.
 */
export const findingByText = async (db: Connection, text: string): Promise<Finding> => {
  if (isLong(text)) return byText(text)
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from (select text from user_searches limit ${sampled}) t
    where ${bySearches.containing(text)}`.execute(db)
  return (rows[0]?.count ?? 0) > commonIn ? bySearches : byText(text)
}
