import { CompiledQuery, Kysely } from 'kysely'
import { DatabaseError, Pool } from 'pg'
import { throwAsFailure } from './away.ts'
import { type NamedQuery, namedStatementsDialect, type StatementWatch, watchNothing } from './dialect.ts'
import { sendable, sendPrepared } from './prepared.ts'
import type { DB } from './schema.ts'

/** The database, or one transaction of it. */
export type Connection = Kysely<DB>

export interface DatabaseOptions {
  /** Waits for as long as a statement takes. */
  readonly isPatient?: boolean
  readonly watch?: StatementWatch | undefined
}

/** The database at `url` through at most `size` connections, opened when they are needed. */
export const openDatabase = (
  url: string,
  size: number,
  onIdleError: (error: Error) => void,
  { isPatient = false, watch = watchNothing }: DatabaseOptions = {},
): Connection => {
  const pool = new Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 5000,
    // A network that vanishes without a word: longer than any statement may take on the server.
    ...(!isPatient && { query_timeout: 35_000 }),
    keepAlive: true,
    // A connection is kept once it is open: opening one again costs more than it does.
    idleTimeoutMillis: 0,
    application_name: 'signon',
    // One process for each statement: they are short, there are many at once, and starting helpers takes as long as most.
    options:
      '-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c max_parallel_workers_per_gather=0',
  })
  // A connection that dies is replaced; without a listener, in use or idle, it would end the process.
  pool.on('error', onIdleError)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<DB>({ dialect: namedStatementsDialect(pool, watch) })
  pools.set(db, { pool, watch })
  return db
}

/** What is behind a database; nothing behind a transaction, because all of it must stay on its own connection. */
const pools = new WeakMap<Connection, { readonly pool: Pool; readonly watch: StatementWatch }>()

/** How many connections a database of `openDatabase` has open and in use, may have at most, and how many calls wait for one. */
export const connectionsOf = (db: Connection) => {
  const pool = pools.get(db)?.pool
  if (!pool) throw new Error('A transaction has one connection')
  const { totalCount, idleCount, waitingCount, options } = pool
  return { open: totalCount, busy: totalCount - idleCount, waiting: waitingCount, most: options.max }
}

/**
 * One hot query, written once and planned once per connection. `name` must be its own. The function that comes back
 * runs it: values in the order of `$1`, `$2`, …
 */
export const statement = <Row, Values extends readonly unknown[]>(name: string, text: string) => {
  // What does not wait by itself waits with the transaction that it is part of; another text needs another name.
  const waiting = text.replaceAll(unhurried, '(select) as unhurried')
  const query = { ...CompiledQuery.raw(waiting), name: waiting === text ? name : `${name}.waiting` }
  return async (db: Connection, ...values: Values): Promise<readonly Row[]> => {
    const source = pools.get(db)
    if (source) {
      const end = source.watch(name)
      try {
        return (await sendPrepared(source.pool, name, text, values.map(sendable))) as Row[]
      } catch (error) {
        return throwAsFailure(error)
      } finally {
        end()
      }
    }
    const named: NamedQuery = { ...query, parameters: values }
    const { rows } = await db.executeQuery<Row>(named as CompiledQuery<Row>)
    return rows
  }
}

/**
 * A source of one row for a `statement` whose change may be lost when the database dies: nobody waits for the disk
 * (docs/adr/0016). As part of a transaction it is nothing, because it would hold for all of that.
 */
export const unhurried = `(select set_config('synchronous_commit', 'off', true)) as unhurried`

/** For `mintForNewRow`: whoever catches with it learns that the row's id was taken, by the name of its primary key. */
export const falseWhenTaken =
  (constraint: string) =>
  (error: unknown): false => {
    if (isDuplicate(error, constraint)) return false
    throw error
  }

/** Does this error say that a unique index (`constraint`, when given) refused a row? */
export const isDuplicate = (error: unknown, constraint?: string): boolean =>
  error instanceof DatabaseError &&
  error.code === '23505' &&
  (constraint === undefined || error.constraint === constraint)
