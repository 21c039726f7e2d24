import { sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** An API user that has a token for an application in the environment that this is a copy of, and none here. */
export interface AwaitedToken {
  readonly user: { readonly id: UserId; readonly uid: UserUid; readonly email: string }
  readonly application: { readonly id: ApplicationId; readonly name: string }
  readonly purpose: string | null
  readonly ownerEmail: string | null
  readonly days: number
}

/** An application in service that has no secret. */
export interface AwaitedSecret {
  readonly id: ApplicationId
  readonly name: string
  readonly clientId: string
}

/** What a copy of another environment lacks still. */
export const awaitedStore = ({ db, now }: StoreContext) => ({
  async applications(): Promise<readonly AwaitedSecret[]> {
    const { rows } = await sql<AwaitedSecret>`
      select a.id, a.name, a.client_id as "clientId" from applications a
      where a.retired_at is null and not exists (select from application_secrets s where s.application_id = a.id)
      order by lower(a.name)`.execute(db)
    return rows
  },

  async tokens(): Promise<readonly AwaitedToken[]> {
    const { rows } = await sql<AwaitedToken>`
      select json_build_object('id', u.id, 'uid', u.uid, 'email', u.email) as "user",
        json_build_object('id', a.id, 'name', a.name) as application, w.purpose, w.owner_email as "ownerEmail", w.days
      from awaited_api_tokens w join users u on u.id = w.user_id join applications a on a.id = w.application_id
      where u.suspended_at is null and a.retired_at is null and not exists (
        select from api_tokens t where t.user_id = u.id and t.application_id = a.id and t.revoked_at is null
          and (t.expires_at is null or t.expires_at > ${now()}))
      order by u.email, lower(a.name)`.execute(db)
    return rows
  },
})
