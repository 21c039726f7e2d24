import { sql } from 'kysely'
import { type Application, type ApplicationId, substituteUri } from '#domain/application.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { hashToken } from '#kernel/token.ts'
import { type Connection, isDuplicate, statement } from './connection.ts'
import type { StoreContext } from './context.ts'

export interface NewApplication {
  readonly name: string
  readonly clientId: string
  readonly description: string | null
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri?: string | null
  readonly isApiOnly: boolean
  readonly isGdsOnly: boolean
  readonly isDirectoryApi: boolean
  readonly supportsPushUpdates: boolean
  readonly requiresPkce: boolean
}

/** An application by its name, in any case, or its number. */
export type WhichApplication = { readonly name: string } | { readonly id: ApplicationId }

/** An application's addresses as they are stored, before this environment reads them in its own way. */
export interface StoredAddresses {
  readonly id: ApplicationId
  readonly name: string
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri: string | null
}

/** Client applications and their secrets. Addresses are read as this environment reads them. */
export const applicationStore = ({ db, now, random, keys, uriSubstitution }: StoreContext) => {
  const applicationOf = (row: ApplicationRow): Application => ({
    id: row.id as ApplicationId,
    name: row.name,
    clientId: row.client_id,
    description: row.description,
    homeUri: row.home_uri && substituteUri(row.home_uri, uriSubstitution),
    redirectUris: row.redirect_uris.map((uri) => substituteUri(uri, uriSubstitution)),
    pushUri: row.push_uri && substituteUri(row.push_uri, uriSubstitution),
    supportsPushUpdates: row.supports_push_updates,
    isApiOnly: row.is_api_only,
    isGdsOnly: row.is_gds_only,
    isDirectoryApi: row.is_directory_api,
    requiresPkce: row.requires_pkce,
    retiredAt: row.retired_at,
  })

  return {
    /** Adds an application. Throws `Conflict` when the name, in any case, is taken. */
    async add(application: NewApplication): Promise<Application> {
      const at = now()
      const row = await db
        .insertInto('applications')
        .values({
          name: application.name,
          client_id: application.clientId,
          description: application.description,
          home_uri: application.homeUri,
          redirect_uris: [...application.redirectUris],
          push_uri: application.pushUri ?? null,
          is_api_only: application.isApiOnly,
          is_gds_only: application.isGdsOnly,
          is_directory_api: application.isDirectoryApi,
          supports_push_updates: application.supportsPushUpdates,
          requires_pkce: application.requiresPkce,
          created_at: at,
          updated_at: at,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch((error: unknown) => {
          throw isDuplicate(error)
            ? new Conflict(`There is already an application called ${application.name}.`)
            : error
        })
      return applicationOf(row)
    },

    /** The application with this name, in any case. Throws `NotFound`. */
    async findByName(name: string): Promise<Application> {
      const row = await byName(db, name).executeTakeFirst()
      if (!row) throw new NotFound(`There is no application called ${name}.`)
      return applicationOf(row)
    },

    /** The application, holding its row until the transaction ends. Throws `NotFound`. */
    async lockNamed(which: WhichApplication): Promise<Application> {
      const query =
        'name' in which
          ? byName(db, which.name)
          : db.selectFrom('applications').selectAll().where('id', '=', which.id)
      const row = await query.forNoKeyUpdate().executeTakeFirst()
      if (!row)
        throw new NotFound(
          'name' in which
            ? `There is no application called ${which.name}.`
            : 'There is no application of this number.',
        )
      return applicationOf(row)
    },

    async seek(id: ApplicationId): Promise<Application | undefined> {
      const row = await db.selectFrom('applications').selectAll().where('id', '=', id).executeTakeFirst()
      return row && applicationOf(row)
    },

    /** The same, holding the row until the transaction ends; sign-ins and grants of others need not wait for it. */
    async lock(id: ApplicationId): Promise<Application | undefined> {
      const row = await db
        .selectFrom('applications')
        .selectAll()
        .where('id', '=', id)
        .forNoKeyUpdate()
        .executeTakeFirst()
      return row && applicationOf(row)
    },

    /** Every application, by name, retired ones included. */
    async list(): Promise<readonly Application[]> {
      const rows = await db.selectFrom('applications').selectAll().orderBy(sql`lower(name)`).execute()
      return rows.map(applicationOf)
    },

    /** The client with this id and secret, unless it is retired. */
    async authenticate(clientId: string, clientSecret: string): Promise<ApplicationId | undefined> {
      const [row] = await authenticate(db, clientId, hashToken(clientSecret))
      return row?.id
    },

    async retire(id: ApplicationId): Promise<void> {
      const at = now()
      await db
        .updateTable('applications')
        .set({ retired_at: at, updated_at: at })
        .where('id', '=', id)
        .execute()
    },

    /** The stored addresses of every application in service, by id, holding the rows until the transaction ends. */
    async lockAddresses(): Promise<readonly StoredAddresses[]> {
      const rows = await db
        .selectFrom('applications')
        .select(['id', 'name', 'home_uri', 'redirect_uris', 'push_uri'])
        .where('retired_at', 'is', null)
        .orderBy('id')
        .forNoKeyUpdate()
        .execute()
      return rows.map((row) => ({
        id: row.id as ApplicationId,
        name: row.name,
        homeUri: row.home_uri,
        redirectUris: row.redirect_uris,
        pushUri: row.push_uri,
      }))
    },

    /** Replaces the stored addresses. */
    async setAddresses(
      id: ApplicationId,
      addresses: { homeUri: string | null; redirectUris: readonly string[]; pushUri: string | null },
    ): Promise<void> {
      await db
        .updateTable('applications')
        .set({
          home_uri: addresses.homeUri,
          redirect_uris: [...addresses.redirectUris],
          push_uri: addresses.pushUri,
          updated_at: now(),
        })
        .where('id', '=', id)
        .execute()
    },

    /**
     * Makes `secret` the newest of an application's two; the one that was newest stays good, an older one ends. Of one
     * that the cluster is to have, a sealed copy is kept until then.
     */
    async addSecret(
      id: ApplicationId,
      secret: string,
      { isForCluster }: { readonly isForCluster?: boolean } = {},
    ): Promise<void> {
      await sql`delete from application_secrets where application_id = ${id} and slot = 2`.execute(db)
      await sql`update application_secrets set slot = 2 where application_id = ${id} and slot = 1`.execute(db)
      await db
        .insertInto('application_secrets')
        .values({
          application_id: id,
          slot: 1,
          secret_hash: hashToken(secret),
          sealed_secret: isForCluster ? keys.seal(secret, sealedSecretOf(id), random) : null,
          created_at: now(),
        })
        .execute()
    },
  }
}

/** What the sealed copy of a client secret is bound to. */
export const sealedSecretOf = (application: ApplicationId): string => `client secret of ${application}`

interface ApplicationRow {
  readonly id: number
  readonly name: string
  readonly client_id: string
  readonly description: string | null
  readonly home_uri: string | null
  readonly redirect_uris: string[]
  readonly push_uri: string | null
  readonly supports_push_updates: boolean
  readonly is_api_only: boolean
  readonly is_gds_only: boolean
  readonly is_directory_api: boolean
  readonly requires_pkce: boolean
  readonly retired_at: Date | null
}

const byName = (db: Connection, name: string) =>
  db.selectFrom('applications').selectAll().where(sql`lower(name)`, '=', name.trim().toLowerCase())

const authenticate = statement<{ readonly id: ApplicationId }, [string, Buffer]>(
  'applications.authenticate',
  `select a.id from applications a
   join application_secrets s on s.application_id = a.id and s.secret_hash = $2
   where a.client_id = $1 and a.retired_at is null`,
)
