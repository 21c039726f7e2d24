import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { throwAsFailure } from './away.ts'

/** A query that PostgreSQL parses and plans once per connection, under `name`. */
export interface NamedQuery extends CompiledQuery {
  readonly name: string
}

interface PooledConnection extends DatabaseConnection {
  readonly client: PoolClient
}

/**
 * Is told of every statement by its name, or by its first word where it has none, never of its values: as it begins,
 * and by the function that it answers, as it ends. Waiting for a connection is `connect`.
 */
export type StatementWatch = (name: string) => () => void

const ignore = (): void => undefined
/** For whoever does not look. */
export const watchNothing: StatementWatch = () => ignore

/** Kysely over `pg`, as in Kysely itself, but a query with a name is sent as a named prepared statement. */
export const namedStatementsDialect = (pool: Pool, watch: StatementWatch): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => driver(pool, watch),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

const driver = (pool: Pool, watch: StatementWatch): Driver => ({
  init: async () => undefined,
  acquireConnection: async () =>
    connection(await pool.connect().catch(throwAsFailure).finally(watch('connect')), watch),
  async beginTransaction(on, { accessMode }) {
    await on.executeQuery(CompiledQuery.raw(accessMode ? `begin ${accessMode}` : 'begin'))
  },
  commitTransaction: (on) => run(on, 'commit'),
  rollbackTransaction: (on) => run(on, 'rollback'),
  releaseConnection: async (on) => (on as PooledConnection).client.release(),
  destroy: () => pool.end(),
})

const run = async (on: DatabaseConnection, command: string): Promise<void> => {
  await on.executeQuery(CompiledQuery.raw(command))
}

const connection = (client: PoolClient, watch: StatementWatch): PooledConnection => ({
  client,
  async executeQuery<Row>(query: CompiledQuery | NamedQuery): Promise<QueryResult<Row>> {
    const named = 'name' in query && { name: query.name }
    const end = watch(named ? named.name : firstWord(query.sql))
    const { rows, rowCount, command } = await client
      .query({ ...named, text: query.sql, values: [...query.parameters] })
      .catch(throwAsFailure)
      .finally(end)
    const changes =
      command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
    return { rows, ...(changes && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  },
  // biome-ignore lint/correctness/useYield: the interface asks for it; lists page by key instead.
  async *streamQuery() {
    throw new Error('Streaming is done by paging')
  },
})

const firstWord = (text: string): string => /[a-z]+/i.exec(text)?.[0].toLowerCase() ?? 'statement'
