import type { ApplicationId } from '#domain/application.ts'
import { accessTokenMilliseconds } from '#domain/oauth/lifetimes.ts'
import type { UserInfoFacts } from '#domain/oauth/user-info.ts'
import { after, hour, minute } from '#kernel/clock.ts'
import { hashToken, isMadeSince, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import { statement, unhurried } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A bearer token that we know, and everything that decides what its holder gets. */
export interface PresentedToken extends UserInfoFacts {
  readonly clientId: string
  readonly isDirectoryApi: boolean
  /** Why it is not good, whoever asks; null when it is. Retired application and lost access come before all else. */
  readonly problem: 'invalid' | 'revoked' | 'expired' | null
}

/** A token as introspection tells of it. Times are seconds since 1970. */
export interface IntrospectedToken {
  readonly applicationId: ApplicationId
  readonly clientId: string
  readonly isLive: boolean
  readonly issuedAt: number
  readonly expiresAt: number | null
}

/** Access tokens of people's authorizations and of machines, as they are presented. */
export const bearerTokenStore = ({ db, now }: StoreContext) => ({
  /**
   * Reads a token and its holder. Where the token is good for `clientId` (any client, when absent), it is noted that
   * the application has had the permissions (at most once a minute) and that a machine's token was used (at most once
   * an hour). One statement reads and another notes, but for a token of this very minute one does both: it has most
   * likely never been presented before.
   */
  async present(token: string, clientId?: string): Promise<PresentedToken | undefined> {
    const at = now()
    const id = tokenId(token) ?? null
    const values = [id, hashToken(token), at, clientId ?? null, after(at, -minute), after(at, -hour)] as const
    if (id !== null && isMadeSince(id, after(at, -minute))) return (await readAndNote(db, ...values))[0]
    const [row] = await read(db, ...values)
    return row?.isDue ? (await readAndNote(db, ...values))[0] : row
  },

  /** What introspection tells of an access or refresh token. */
  async introspect(token: string): Promise<IntrospectedToken | undefined> {
    const [row] = await introspect(
      db,
      tokenId(token) ?? null,
      hashToken(token),
      now(),
      accessTokenMilliseconds / 1000,
    )
    return row
  },
})

type Presented = [
  id: TimeOrderedId | null,
  hash: Buffer,
  now: Date,
  clientId: string | null,
  syncedBefore: Date,
  usedBefore: Date,
]

/** The token that was presented, its holder, whether it is good for the client, and whether there is something to note. */
const found = `token as (
     select f.user_id, f.application_id, f.access_expires_at as expires_at, f.ended_at as revoked_at,
       null::integer as api_token_id, false as is_use_due
     from authorizations f where f.id = $1 and f.access_hash = $2
     union all
     select t.user_id, t.application_id, t.expires_at, t.revoked_at,
       t.id, coalesce(t.last_used_at < $6, true)
     from api_tokens t where t.token_hash = $2
   ), known as (
     select token.*, u.uid, u.name, u.email, u.suspended_at is not null as is_suspended, o.slug, o.content_id,
       a.client_id, a.is_directory_api, held.permissions,
       coalesce(last.last_synced_at < $5, true) as is_sync_due,
       case
         when a.retired_at is not null or 'signin' <> all (held.permissions) then 'invalid'
         when token.revoked_at is not null then 'revoked'
         when token.expires_at <= $3 then 'expired'
       end as problem
     from token
     join users u on u.id = token.user_id
     join applications a on a.id = token.application_id
     left join organisations o on o.id = u.organisation_id
     left join user_applications last on last.user_id = token.user_id and last.application_id = token.application_id
     cross join lateral (
       select coalesce(array_agg(p.name order by lower(p.name), p.name), '{}') as permissions
       from grants g join permissions p on p.id = g.permission_id
       where g.user_id = token.user_id and g.application_id = token.application_id
     ) held
   ), found as (
     select *, problem is null and coalesce(client_id = $4, true) as is_good from known
   )`

const answer = `select client_id as "clientId", is_directory_api as "isDirectoryApi", problem, uid, name, email, permissions,
     slug as "organisationSlug", content_id as "organisationContentId", is_suspended as "isSuspended",
     is_good and (is_sync_due or is_use_due) as "isDue"
   from found`

const read = statement<PresentedToken & { readonly isDue: boolean }, Presented>(
  'bearer-tokens.read',
  `with ${found} ${answer}`,
)

// Notes that are lost when the database dies are made again a minute later, so nobody waits for the disk.
const readAndNote = statement<PresentedToken, Presented>(
  'bearer-tokens.read-and-note',
  `with ${found}, synced as (
     insert into user_applications (user_id, application_id, last_synced_at)
     select found.user_id, found.application_id, $3 from found
     cross join ${unhurried}
     where found.is_good and found.is_sync_due
     on conflict (user_id, application_id) do update set last_synced_at = $3
   ), used as (
     update api_tokens set last_used_at = $3 from found
     where api_tokens.id = found.api_token_id and found.is_good and found.is_use_due
   ) ${answer}`,
)

const introspect = statement<IntrospectedToken, [TimeOrderedId | null, Buffer, Date, number]>(
  'bearer-tokens.introspect',
  `with token as (
     select f.user_id, f.application_id, f.ended_at as revoked_at,
       case when f.access_hash = $2 then f.access_expires_at else f.expires_at end as expires_at,
       f.access_expires_at - make_interval(secs => $4) as issued_at
     from authorizations f where f.id = $1 and $2 in (f.access_hash, f.refresh_hash)
     union all
     select t.user_id, t.application_id, t.revoked_at, t.expires_at, t.created_at from api_tokens t where t.token_hash = $2
   )
   select token.application_id as "applicationId", a.client_id as "clientId",
     token.revoked_at is null and coalesce(token.expires_at > $3, true) and u.suspended_at is null
       and a.retired_at is null as "isLive",
     floor(extract(epoch from token.issued_at))::float8 as "issuedAt",
     floor(extract(epoch from token.expires_at))::float8 as "expiresAt"
   from token join applications a on a.id = token.application_id join users u on u.id = token.user_id`,
)
