import type { ApplicationId } from '#domain/application.ts'
import type { ApiTokenId } from './api-tokens.ts'
import type { StoreContext } from './context.ts'

/** What Signon presents to one application when it calls it. */
export interface PushCredential {
  readonly token: string
  readonly expiresAt: Date | null
  readonly isRevoked: boolean
}

/** Signon's own tokens, one an application, sealed because they must be read again. */
export const pushCredentialStore = ({ db, random, keys }: StoreContext) => ({
  async seek(application: ApplicationId): Promise<PushCredential | undefined> {
    const row = await db
      .selectFrom('push_credentials')
      .innerJoin('api_tokens', 'api_tokens.id', 'push_credentials.api_token_id')
      .select(['push_credentials.sealed_token', 'api_tokens.expires_at', 'api_tokens.revoked_at'])
      .where('push_credentials.application_id', '=', application)
      .executeTakeFirst()
    return (
      row && {
        token: keys.open(row.sealed_token, about(application)),
        expiresAt: row.expires_at,
        isRevoked: row.revoked_at !== null,
      }
    )
  },

  /** Keeps `token` as the one to present from now on. */
  async put(application: ApplicationId, id: ApiTokenId, token: string): Promise<void> {
    const sealed = { api_token_id: id, sealed_token: keys.seal(token, about(application), random) }
    await db
      .insertInto('push_credentials')
      .values({ application_id: application, ...sealed })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet(sealed))
      .execute()
  },
})

const about = (application: ApplicationId): string => `push credential of application ${application}`
