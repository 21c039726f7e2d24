import { readdir, readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Clock } from '#kernel/clock.ts'
import { Invalid, invariant } from '#kernel/failure.ts'
import { hashToken } from '#kernel/token.ts'
import type { Connection } from './connection.ts'

const folder = new URL('../../db/migrations/', import.meta.url)
/** Any number, the same in all processes: who holds this lock migrates. */
const lockNumber = 7_260_145

export interface Migration {
  readonly name: string
  readonly appliedAt: Date | null
}

/** Every migration of this version, oldest first, and when it was applied. Throws when an applied one was altered. */
export const migrationStatus = async (db: Connection): Promise<readonly Migration[]> => {
  const applied = await appliedMigrations(db)
  const files = await migrationFiles()
  return files.map(({ name, checksum }) => {
    const done = applied.get(name)
    if (done && done.checksum !== checksum)
      throw new Invalid(
        `Migration ${name} was changed after it was applied. Restore its text and add a new migration.`,
      )
    return { name, appliedAt: done?.applied_at ?? null }
  })
}

/**
 * Brings the database up to date, each migration in a transaction of its own; several processes at once are fine.
 * Answers the names of those applied now.
 */
export const migrate = (db: Connection, clock: Clock): Promise<readonly string[]> =>
  db.connection().execute(async (connection) => {
    // Another process may be migrating for as long as it takes.
    await sql`select set_config('statement_timeout', '0', false)`.execute(connection)
    await sql`select pg_advisory_lock(${lockNumber})`.execute(connection)
    try {
      await sql`create table if not exists schema_migrations (
        name text primary key, checksum text not null, applied_at timestamptz not null
      )`.execute(connection)
      const pending = (await migrationStatus(connection)).filter(({ appliedAt }) => appliedAt === null)
      for (const { name } of pending) await apply(connection, name, clock.now())
      return pending.map(({ name }) => name)
    } finally {
      await sql`select pg_advisory_unlock(${lockNumber})`.execute(connection)
      await sql`reset statement_timeout`.execute(connection)
    }
  })

const apply = async (connection: Connection, name: string, now: Date): Promise<void> => {
  const file = (await migrationFiles()).find((candidate) => candidate.name === name)
  invariant(file, `the migration ${name} has a file`)
  await connection.transaction().execute(async (transaction) => {
    await sql.raw(file.text).execute(transaction)
    await sql`insert into schema_migrations (name, checksum, applied_at) values (${name}, ${file.checksum}, ${now})`.execute(
      transaction,
    )
  })
}

interface MigrationFile {
  readonly name: string
  readonly text: string
  readonly checksum: string
}

const migrationFiles = async (): Promise<readonly MigrationFile[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return { name: name.replace(/\.sql$/, ''), text, checksum: hashToken(text).toString('hex') }
    }),
  )
}

interface AppliedRow {
  readonly name: string
  readonly checksum: string
  readonly applied_at: Date
}

const appliedMigrations = async (db: Connection): Promise<ReadonlyMap<string, AppliedRow>> => {
  const { rows: tables } = await sql<{
    found: string | null
  }>`select to_regclass('schema_migrations')::text as found`.execute(db)
  if (tables[0]?.found == null) return new Map()
  const { rows } = await sql<AppliedRow>`select name, checksum, applied_at from schema_migrations`.execute(db)
  return new Map(rows.map((row) => [row.name, row]))
}

/** Makes the log's partitions for the month of `now` and the three after it. Doing it again is harmless. */
export const makeEventMonths = async (db: Connection, now: Date): Promise<void> => {
  await sql`select make_event_months(${now}::timestamptz::date, 4)`.execute(db)
}
