import { type RawBuilder, sql } from 'kysely'
import type { UserId } from '#domain/user.ts'
import type { ApiTokenId } from './api-tokens.ts'
import type { StoreContext } from './context.ts'

/** A token of whose end its owner is to be told: it is live, and nothing else has taken its place. */
export interface ExpiringToken {
  readonly id: ApiTokenId
  readonly user: UserId
  readonly userName: string
  readonly application: string
  /** Where its owner is told: an address of the token's own, or the API user's. */
  readonly ownerEmail: string
  readonly visiblePrefix: string
  readonly purpose: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** The last instant at which a machine has a token for an application; nothing where one of them lasts for ever. */
export interface TokenExpiry {
  readonly apiUser: string
  readonly application: string
  readonly expiresAt: Date | null
}

/** When tokens expire, and who was told of it. */
export const apiTokenNoticeStore = ({ db, now }: StoreContext) => ({
  /** Tokens that expire by that instant, and have not yet. */
  async expiring(by: Date): Promise<readonly ExpiringToken[]> {
    return (await expiring(now(), sql`t.expires_at <= ${by}`).execute(db)).rows
  },

  /** The same token again, unless there is nothing to be told of it any more. */
  async seekExpiring(id: ApiTokenId): Promise<ExpiringToken | undefined> {
    return (await expiring(now(), sql`t.id = ${id}`).execute(db)).rows[0]
  },

  /** Remembers that the owner is told so many days before; `false` when that was remembered already. */
  async tell(id: ApiTokenId, days: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('api_token_notices')
      .values({ api_token_id: id, days, created_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  },

  /**
   * One for each machine and application in service that it has a token for which was not revoked. Of several tokens
   * the last to expire counts.
   */
  async expiries(): Promise<readonly TokenExpiry[]> {
    const { rows } = await sql<TokenExpiry>`
      select u.email as "apiUser", a.name as application,
        case when bool_and(t.expires_at is not null) then max(t.expires_at) end as "expiresAt"
      from users u join api_tokens t on t.user_id = u.id join applications a on a.id = t.application_id
      where u.kind = 'machine' and t.revoked_at is null and a.retired_at is null
      group by u.id, a.id order by u.email, a.name`.execute(db)
    return rows
  },
})

/** Signon renews its own tokens, and who is suspended has none that count. */
const expiring = (now: Date, which: RawBuilder<unknown>) => sql<ExpiringToken>`
  select t.id, t.user_id as "user", u.name as "userName", a.name as application,
    coalesce(t.owner_email, u.email) as "ownerEmail", t.visible_prefix as "visiblePrefix", t.purpose,
    t.created_at as "createdAt", t.expires_at as "expiresAt"
  from api_tokens t join users u on u.id = t.user_id join applications a on a.id = t.application_id
  where t.revoked_at is null and t.expires_at > ${now} and ${which}
    and u.kind = 'machine' and u.suspended_at is null and a.retired_at is null
    and not exists (
      select from api_tokens r where r.replaces_id = t.id and r.revoked_at is null and r.last_used_at is not null)
    and not exists (
      select from push_credentials c join api_tokens own on own.id = c.api_token_id where own.user_id = t.user_id)
  order by t.expires_at, t.id`
