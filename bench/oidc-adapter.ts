import type { Pool } from 'pg'

/** What oidc-provider stores, one table for each of its models. */
type Payload = Readonly<Record<string, unknown>>

/** The store that oidc-provider asks for (its documentation, "adapter"). */
export interface OidcAdapter {
  upsert(id: string, payload: Payload, secondsLeft?: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  findByUserCode(): Promise<undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

const ofGrants = ['AccessToken', 'AuthorizationCode', 'RefreshToken']
const models = ['Client', 'Grant', 'Session', 'Interaction', 'ReplayDetection', ...ofGrants]

/** Makes the tables anew, each with the indexes that its model is looked up by and no more. */
export const prepareOidcTables = async (pool: Pool): Promise<void> => {
  await pool.query(`create schema ${schema}`)
  for (const model of models)
    await pool.query(`create table ${tableOf(model)} (
      id text primary key, payload jsonb not null, grant_id text, uid text, expires_at timestamptz, consumed_at timestamptz
    ) with (fillfactor = 80)`)
  for (const model of ofGrants) await pool.query(`create index on ${tableOf(model)} (grant_id)`)
  await pool.query(`create unique index on ${tableOf('Session')} (uid)`)
}

// Each process has tables of its own.
const schema = `oidc_${process.pid}`

const tableOf = (model: string): string => `${schema}."${model}"`

/** A store over PostgreSQL in which every query is a named prepared statement, and a code can be consumed only once. */
export const oidcAdapter =
  (pool: Pool) =>
  (model: string): OidcAdapter => {
    const table = tableOf(model)
    const run = async (name: string, text: string, values: readonly unknown[]) =>
      (await pool.query({ name: `${model}.${name}`, text, values: [...values] })).rows
    const found = (row: { payload: Payload; consumed: number | null } | undefined): Payload | undefined =>
      row && (row.consumed === null ? row.payload : { ...row.payload, consumed: row.consumed })
    const columns = `payload, floor(extract(epoch from consumed_at))::float8 as consumed`

    return {
      async upsert(id, payload, secondsLeft) {
        const expiresAt = secondsLeft === undefined ? null : new Date(Date.now() + secondsLeft * 1000)
        await run(
          'upsert',
          `insert into ${table} (id, payload, grant_id, uid, expires_at) values ($1, $2, $3, $4, $5)
           on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
          [id, JSON.stringify(payload), payload['grantId'] ?? null, payload['uid'] ?? null, expiresAt],
        )
      },
      async find(id) {
        const [row] = await run(
          'find',
          `select ${columns} from ${table} where id = $1 and (expires_at is null or expires_at > $2)`,
          [id, new Date()],
        )
        return found(row)
      },
      async findByUid(uid) {
        const [row] = await run(
          'find-by-uid',
          `select ${columns} from ${table} where uid = $1 and expires_at > $2`,
          [uid, new Date()],
        )
        return found(row)
      },
      findByUserCode: async () => undefined,
      async consume(id) {
        const rows = await run(
          'consume',
          `update ${table} set consumed_at = $2 where id = $1 and consumed_at is null returning id`,
          [id, new Date()],
        )
        if (rows.length === 0) throw new Error('It was consumed already.')
      },
      async destroy(id) {
        await run('destroy', `delete from ${table} where id = $1`, [id])
      },
      async revokeByGrantId(grantId) {
        await run('revoke', `delete from ${table} where grant_id = $1`, [grantId])
      },
    }
  }
