import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { countMonths } from '#features/applications/count-months.job.ts'
import { everybodysHash, migrated, runAll, settle } from './seed.ts'
import {
  administrationStatements,
  monthsStatement,
  organisationStatements,
  placeStatements,
} from './seed-administration.sql.ts'
import type { Seeded } from './seeded.ts'
import { withSignon } from './signon.ts'

/**
 * Migrates the database at `url` and fills it as administration meets it: the real organisations, so many people of every
 * role and standing in them, what they may use, and twenty events of each in the log of two years.
 */
export const seedAdministration = async (url: string, users: number): Promise<Seeded> => {
  const began = performance.now()
  const seeded: Seeded = { users, at: await migrated(url) }
  const register = await readFile(new URL('../demo/data/organisations.json', import.meta.url), 'utf8')
  await runAll(url, organisationStatements(register, seeded), users)
  const { people, searches, signIns, organisations, log } = administrationStatements(
    seeded,
    await everybodysHash(),
  )
  const fillPeople = async (): Promise<void> => {
    await fillWithoutIndexes(url, 'users', [people], users)
    await runAll(url, placeStatements, users)
    await fillWithoutIndexes(url, 'user_searches', [searches], users)
    await fillWithoutIndexes(url, 'sign_in_states', [signIns], users)
    await runAll(url, organisations, users)
  }
  await runAll(url, [monthsStatement], users)
  await Promise.all([fillPeople(), fillWithoutIndexes(url, 'events', log, users)])
  await settle(url, seeded, began)
  await withSignon(url, (signon) => countMonths(signon)())
  return seeded
}

/** Fills a table from several lists at the same time, and makes its indexes then, but for those of its keys: that is faster. */
const fillWithoutIndexes = async (
  url: string,
  table: string,
  lists: readonly (readonly string[])[],
  users: number,
): Promise<void> => {
  const indexes = await indexesOf(url, table)
  await runAll(
    url,
    indexes.map(({ name }) => `drop index ${name}`),
    users,
  )
  await Promise.all(lists.map((statements) => runAll(url, statements, users)))
  const definitions = indexes.map(({ definition }) => definition)
  await runAll(url, [`set maintenance_work_mem = '512MB'`, ...definitions], users)
}

const indexesOf = async (
  url: string,
  table: string,
): Promise<readonly { readonly name: string; readonly definition: string }[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // Of a table in parts, PostgreSQL tells how to index none of them.
    const { rows } = await client.query(
      `select indexname as name, replace(indexdef, ' ON ONLY ', ' ON ') as definition from pg_indexes
       where schemaname = 'public' and tablename = $1 and indexname not in (select conname from pg_constraint)`,
      [table],
    )
    return rows
  } finally {
    await client.end()
  }
}
