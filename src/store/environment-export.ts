import { sql } from 'kysely'
import type { RowKind } from '#domain/environment-file.ts'
import type { StoreContext } from './context.ts'
import { at, travelling } from './environment-rows.ts'

const rowsAtOnce = 2000

/** Reads what travels to a copy of this environment, all of it as it was at one instant. */
export const environmentExportStore = ({ db, now }: StoreContext) => ({
  /** Holds on to this instant. It must come first in its transaction. */
  async begin(): Promise<void> {
    await sql`set transaction isolation level repeatable read, read only`.execute(db)
    await sql`set local statement_timeout = '10min'`.execute(db)
    // Whoever takes the lines may be slower than a request ever is.
    await sql`set local idle_in_transaction_session_timeout = '30min'`.execute(db)
  },

  /** Lines of the file: every row of a kind, some thousand at a time. */
  async *lines(kind: RowKind): AsyncGenerator<readonly string[], void> {
    const name = sql.id(`lines_of_${kind}`)
    await sql`
      declare ${name} no scroll cursor for
      select ${`{"${kind}":`}::text || row_to_json(r)::text || '}' as line from (${at(now(), travelling[kind].source)}) r`.execute(
      db,
    )
    for (;;) {
      const { rows } = await sql<{ line: string }>`fetch ${sql.lit(rowsAtOnce)} from ${name}`.execute(db)
      if (rows.length === 0) break
      yield rows.map(({ line }) => line)
    }
    await sql`close ${name}`.execute(db)
  },

  /** The name of the last migration of this database. */
  async lastMigration(): Promise<string> {
    const { rows } = await sql<{ name: string }>`select max(name) as name from schema_migrations`.execute(db)
    return rows[0]?.name ?? ''
  },
})
