import { sql } from 'kysely'
import { type ApplicationId, signinPermission, userUpdatePermission } from '#domain/application.ts'
import type { KeyRing } from '#kernel/sealed.ts'
import type { ApiTokenId } from './api-tokens.ts'
import type { StoreContext } from './context.ts'

/** What Signon presents to one application when it calls it. */
export interface PushCredential {
  readonly token: string
  readonly expiresAt: Date | null
  readonly isRevoked: boolean
  /** Its owner is active and holds what an application asks of whoever calls it. */
  readonly isPermitted: boolean
}

/** Signon's own tokens, one an application, sealed because they must be read again. */
export const pushCredentialStore = ({ db, random, keys }: StoreContext) => ({
  /** What is kept for an application; nothing when the key that it was sealed with is gone. */
  async seek(application: ApplicationId): Promise<PushCredential | undefined> {
    const { rows } = await sql<Omit<PushCredential, 'token'> & { readonly sealed: string }>`
      select c.sealed_token as sealed, t.expires_at as "expiresAt", t.revoked_at is not null as "isRevoked",
        u.suspended_at is null and (
          select count(*) = 2 from grants g join permissions p on p.id = g.permission_id
          where g.user_id = t.user_id and g.application_id = c.application_id
            and p.name in (${signinPermission}, ${userUpdatePermission})
        ) as "isPermitted"
      from push_credentials c join api_tokens t on t.id = c.api_token_id join users u on u.id = t.user_id
      where c.application_id = ${application}`.execute(db)
    if (!rows[0]) return undefined
    const { sealed, ...credential } = rows[0]
    const token = openedBy(keys, sealed, application)
    return token === undefined ? undefined : { ...credential, token }
  },

  /** Names of the applications in service whose credential no key of the ring opens. */
  async unreadable(): Promise<readonly string[]> {
    const { rows } = await sql<{ id: ApplicationId; name: string; sealed: string }>`
      select a.id, a.name, c.sealed_token as sealed
      from push_credentials c join applications a on a.id = c.application_id
      where a.retired_at is null order by lower(a.name)`.execute(db)
    return rows.filter(({ id, sealed }) => openedBy(keys, sealed, id) === undefined).map(({ name }) => name)
  },

  /** Keeps `token` as the one to present from now on. */
  async put(application: ApplicationId, id: ApiTokenId, token: string): Promise<void> {
    const sealed = {
      api_token_id: id,
      sealed_token: keys.seal(token, sealedCredentialOf(application), random),
    }
    await db
      .insertInto('push_credentials')
      .values({ application_id: application, ...sealed })
      .onConflict((conflict) => conflict.column('application_id').doUpdateSet(sealed))
      .execute()
  },
})

const openedBy = (keys: KeyRing, sealed: string, application: ApplicationId): string | undefined => {
  try {
    return keys.open(sealed, sealedCredentialOf(application))
  } catch {
    return undefined
  }
}

/** What the token that Signon presents to an application is sealed for. */
export const sealedCredentialOf = (application: ApplicationId): string =>
  `push credential of application ${application}`
