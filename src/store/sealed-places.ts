import { type SqlBool, sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import type { UserId } from '#domain/user.ts'
import type { KeyRing } from '#kernel/sealed.ts'
import { sealedTokenOf } from './api-tokens.ts'
import { sealedSecretOf } from './applications.ts'
import type { StoreContext } from './context.ts'
import { sealedCredentialOf } from './push-credentials.ts'
import { sealedFactorOf } from './second-factors.ts'
import { sealedSetUpOf } from './sessions.ts'

/** A column of sealed texts. */
interface Place {
  readonly table: string
  readonly column: string
  /** What tells its rows apart, as a number. */
  readonly key: string
  /** Whose each row is, in SQL; nothing where that is nobody. */
  readonly user: string
  readonly application: string
  /** What a row's text was sealed for. */
  readonly about: (row: { readonly user: UserId; readonly application: ApplicationId }) => string
}

/** Every column that holds sealed texts, by what people call its contents. */
const places = {
  'authenticator apps': {
    ...{
      table: 'totp_factors',
      column: 'sealed_secret',
      key: 'id',
      user: 'user_id',
      application: 'null::integer',
    },
    about: ({ user }) => sealedFactorOf(user),
  },
  'authenticator apps that are being set up': {
    ...{
      table: 'sessions',
      column: 'sealed_setup',
      key: 'id',
      user: 'user_id',
      application: 'null::integer',
    },
    about: ({ user }) => sealedSetUpOf(user),
  },
  'credentials of pushes': {
    ...{ table: 'push_credentials', column: 'sealed_token', key: 'application_id' },
    ...{ user: 'null::integer', application: 'application_id' },
    about: ({ application }) => sealedCredentialOf(application),
  },
  'API tokens for the cluster': {
    ...{
      table: 'api_tokens',
      column: 'sealed_token',
      key: 'id',
      user: 'user_id',
      application: 'application_id',
    },
    about: sealedTokenOf,
  },
  'client secrets for the cluster': {
    ...{ table: 'application_secrets', column: 'sealed_secret', key: 'application_id * 1000 + slot' },
    ...{ user: 'null::integer', application: 'application_id' },
    about: ({ application }) => sealedSecretOf(application),
  },
} as const satisfies Readonly<Record<string, Place>>

export type SealedPlace = keyof typeof places

export const sealedPlaces = Object.keys(places) as readonly SealedPlace[]

/** Tables and columns that are walked, as `table.column`. */
export const sealedColumns = (): readonly string[] =>
  Object.values(places).map(({ table, column }) => `${table}.${column}`)

/** How many texts one key has sealed in one place. */
export interface SealedCount {
  readonly place: SealedPlace
  readonly key: string
  readonly count: number
}

/** What became of some texts. */
export interface Resealed {
  readonly changed: number
  /** No key of the ring opens these. */
  readonly unreadable: number
  /** Where to go on; nothing when all were seen. */
  readonly last: string | undefined
}

interface SealedRow {
  readonly key: string
  readonly sealed: string
  readonly user: UserId
  readonly application: ApplicationId
}

/** What is sealed, and with which key. */
export const sealedPlaceStore = ({ db, keys, random }: StoreContext) => ({
  /** How many texts each key has sealed, place after place. */
  async count(): Promise<readonly SealedCount[]> {
    const counts: SealedCount[] = []
    for (const place of sealedPlaces) {
      const { table, column } = places[place]
      const { rows } = await sql<{ key: string; count: number }>`
        select split_part(${sql.ref(column)}, '.', 1) as key, count(*)::integer as count from ${sql.table(table)}
        where ${sql.ref(column)} is not null group by 1 order by 1`.execute(db)
      counts.push(...rows.map((row) => ({ place, ...row })))
    }
    return counts
  },

  /** Seals anew, with the first key of the ring, the next `limit` texts of a place that another one sealed. */
  async reseal(place: SealedPlace, after: string, limit: number): Promise<Resealed> {
    const { table, column, key, user, application, about } = places[place]
    const { rows } = await sql<SealedRow>`
      select (${sql.raw(key)})::text as key, ${sql.ref(column)} as sealed, ${sql.raw(user)} as user,
        ${sql.raw(application)} as application
      from ${sql.table(table)}
      where ${sql.raw<SqlBool>(key)} > ${after}::bigint and split_part(${sql.ref(column)}, '.', 1) <> ${keys.newestId}
      order by ${sql.raw(key)} limit ${limit} for update`.execute(db)
    let changed = 0
    for (const row of rows) {
      const text = opened(keys, row.sealed, about(row))
      if (text === undefined) continue
      await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${keys.seal(text, about(row), random)}
        where ${sql.raw(key)} = ${row.key}::bigint`.execute(db)
      changed += 1
    }
    const last = rows.length === limit ? rows.at(-1)?.key : undefined
    return { changed, unreadable: rows.length - changed, last }
  },
})

const opened = (keys: KeyRing, sealed: string, about: string): string | undefined => {
  try {
    return keys.open(sealed, about)
  } catch {
    return undefined
  }
}
