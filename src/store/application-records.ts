import { type ApplicationId, substituteUri } from '#domain/application.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { hashToken } from '#kernel/token.ts'
import { isDuplicate } from './connection.ts'
import type { StoreContext } from './context.ts'

/** An application's addresses. */
export interface Addresses {
  readonly homeUri: string | null
  readonly redirectUris: readonly string[]
  readonly pushUri: string | null
}

/** What people may change of an application, as it is stored. */
export interface ApplicationSettings extends Addresses {
  readonly name: string
  readonly description: string | null
  readonly takesPushes: boolean
  readonly isApiOnly: boolean
  readonly isGdsOnly: boolean
  readonly isDirectoryApi: boolean
  readonly requiresPkce: boolean
}

export interface ApplicationRecord {
  readonly id: ApplicationId
  readonly clientId: string
  readonly createdAt: Date
  readonly retiredAt: Date | null
  readonly settings: ApplicationSettings
  /** The addresses as this environment reads them (`reference/oauth-and-apis.md` 5). */
  readonly effective: Addresses
}

/** The secrets that are good: when each was made, the newest first, and a word that another newest one changes. */
export interface Secrets {
  readonly madeAt: readonly Date[]
  readonly version: string
}

/** Applications for those who look after them: as they are stored, because what is shown in a form is saved again. */
export const applicationRecordStore = ({ db, now, uriSubstitution }: StoreContext) => {
  const substitute = (uri: string): string => substituteUri(uri, uriSubstitution)
  const recordOf = (row: Row): ApplicationRecord => ({
    id: row.id as ApplicationId,
    clientId: row.client_id,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
    settings: settingsOf(row),
    effective: {
      homeUri: row.home_uri && substitute(row.home_uri),
      redirectUris: row.redirect_uris.map(substitute),
      pushUri: row.push_uri && substitute(row.push_uri),
    },
  })
  const select = (id: ApplicationId) => db.selectFrom('applications').selectAll().where('id', '=', id)

  return {
    /** Throws `NotFound`. */
    async find(id: ApplicationId): Promise<ApplicationRecord> {
      const row = await select(id).executeTakeFirst()
      if (!row) throw noSuchApplication()
      return recordOf(row)
    },

    /** The same, holding the row until the transaction ends; sign-ins and grants of others need not wait for it. */
    async lock(id: ApplicationId): Promise<ApplicationRecord> {
      const row = await select(id).forNoKeyUpdate().executeTakeFirst()
      if (!row) throw noSuchApplication()
      return recordOf(row)
    },

    /** Replaces all settings. Throws `Conflict` when the name, in any case, is another's. */
    async change(id: ApplicationId, settings: ApplicationSettings): Promise<void> {
      await db
        .updateTable('applications')
        .set({
          name: settings.name,
          description: settings.description,
          home_uri: settings.homeUri,
          redirect_uris: [...settings.redirectUris],
          push_uri: settings.pushUri,
          supports_push_updates: settings.takesPushes,
          is_api_only: settings.isApiOnly,
          is_gds_only: settings.isGdsOnly,
          is_directory_api: settings.isDirectoryApi,
          requires_pkce: settings.requiresPkce,
          updated_at: now(),
        })
        .where('id', '=', id)
        .execute()
        .catch((error: unknown) => {
          throw isDuplicate(error)
            ? new Conflict(`There is already an application called ${settings.name}.`)
            : error
        })
    },

    /** Brings an application back into service. */
    async restore(id: ApplicationId): Promise<void> {
      await db
        .updateTable('applications')
        .set({ retired_at: null, updated_at: now() })
        .where('id', '=', id)
        .execute()
    },

    async secrets(id: ApplicationId): Promise<Secrets> {
      const rows = await db
        .selectFrom('application_secrets')
        .select(['secret_hash', 'created_at'])
        .where('application_id', '=', id)
        .orderBy('slot')
        .execute()
      const [newest] = rows
      return {
        madeAt: rows.map((row) => row.created_at),
        version: newest ? hashToken(newest.secret_hash.toString('hex')).toString('base64url') : 'none',
      }
    },

    /** Ends the older of an application's two secrets; `false` when there is only one. */
    async endOldSecret(id: ApplicationId): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('application_secrets')
        .where('application_id', '=', id)
        .where('slot', '=', 2)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },
  }
}

interface Row {
  readonly id: number
  readonly client_id: string
  readonly name: string
  readonly description: string | null
  readonly home_uri: string | null
  readonly redirect_uris: string[]
  readonly push_uri: string | null
  readonly supports_push_updates: boolean
  readonly is_api_only: boolean
  readonly is_gds_only: boolean
  readonly is_directory_api: boolean
  readonly requires_pkce: boolean
  readonly created_at: Date
  readonly retired_at: Date | null
}

const settingsOf = (row: Row): ApplicationSettings => ({
  name: row.name,
  description: row.description,
  homeUri: row.home_uri,
  redirectUris: row.redirect_uris,
  pushUri: row.push_uri,
  takesPushes: row.supports_push_updates,
  isApiOnly: row.is_api_only,
  isGdsOnly: row.is_gds_only,
  isDirectoryApi: row.is_directory_api,
  requiresPkce: row.requires_pkce,
})

const noSuchApplication = (): NotFound => new NotFound('There is no application of this number.')
