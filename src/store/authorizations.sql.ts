import type { ApplicationId } from '#domain/application.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import { statement, unhurried } from './connection.ts'

/** `application_id` is null for wrong client credentials, `user_id` when the token was refused. */
export interface ExchangeRow {
  readonly application_id: ApplicationId | null
  readonly user_id: UserId | null
}

// A code that dies with the database costs one more click, and most of its minute is over before the database is back:
// nobody waits for the disk. Redeeming it does, and takes the beginning along.
export const begin = statement<
  never,
  [
    id: TimeOrderedId,
    user: UserId,
    application: ApplicationId,
    authenticatedAt: Date,
    redirectBase: string,
    redirectQuery: string | null,
    challenge: string | null,
    codeHash: Buffer,
    expiresAt: Date,
    now: Date,
    scope: string,
    nonce: string | null,
    session: TimeOrderedId,
  ]
>(
  'authorizations.begin',
  `with used as (update sessions set last_seen_at = $10 where id = $13)
   insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, redirect_query,
     code_challenge, code_hash, expires_at, created_at, scope, nonce)
   select $1::bigint, $2::integer, $3::integer, $4::timestamptz, $5, $6, $7, $8::bytea, $9::timestamptz, $10, $11, $12
   from ${unhurried}`,
)

/** The client, by its id and the hash of its secret: `$1` and `$2`. */
const client = `client as (
  select a.id from applications a
  join application_secrets s on s.application_id = a.id and s.secret_hash = $2
  where a.client_id = $1 and a.retired_at is null
)`

/** A person who may still use the application of the family `f`. */
const mayStillSignIn = `exists (
  select from users u
  join grants g on g.user_id = u.id and g.application_id = f.application_id
  join permissions p on p.id = g.permission_id and p.name = 'signin'
  where u.id = f.user_id and u.suspended_at is null
)`

/** What follows from an exchange in the same statement; the parameters are those after the tokens'. */
const followUp = (now: string, number: string, address: string, userAgent: string) => `visited as (
  insert into user_applications (user_id, application_id, first_signed_in_at, last_signed_in_at)
  select user_id, application_id, ${now}, ${now} from exchanged
  on conflict (user_id, application_id) do update
  set first_signed_in_at = coalesce(user_applications.first_signed_in_at, ${now}), last_signed_in_at = ${now}
), logged as (
  insert into events (created_at, number, about_uid, application_id, actor_kind, address, user_agent)
  select ${now}, ${number}, u.uid, e.application_id, 'application', ${address}, ${userAgent}
  from exchanged e join users u on u.id = e.user_id
)
select client.id as application_id, exchanged.user_id
from (values (1)) as always left join client on true left join exchanged on true`

export const redeem = statement<
  ExchangeRow,
  [
    clientId: string,
    secretHash: Buffer,
    id: TimeOrderedId,
    codeHash: Buffer,
    now: Date,
    redirectBase: string,
    redirectQuery: string | null,
    challenge: string | null,
    accessHash: Buffer,
    accessExpiresAt: Date,
    refreshHash: Buffer,
    refreshExpiresAt: Date,
    eventNumber: number,
    address: string | null,
    userAgent: string | null,
  ]
>(
  'authorizations.redeem',
  `with ${client}, exchanged as (
     update authorizations f
     set redeemed_at = $5, access_hash = $9, access_expires_at = $10, refresh_hash = $11, expires_at = $12
     from client
     where f.id = $3 and f.code_hash = $4 and f.application_id = client.id
       and f.redeemed_at is null and f.ended_at is null and f.expires_at > $5
       and f.redirect_base = $6 and (f.redirect_query is null or f.redirect_query = $7)
       and f.code_challenge is not distinct from $8::text
       and ${mayStillSignIn}
     returning f.user_id, f.application_id
   ), ${followUp('$5', '$13', '$14', '$15')}`,
)

export const refresh = statement<
  ExchangeRow,
  [
    clientId: string,
    secretHash: Buffer,
    id: TimeOrderedId,
    refreshHash: Buffer,
    now: Date,
    newAccessHash: Buffer,
    newAccessExpiresAt: Date,
    newRefreshHash: Buffer,
    newRefreshExpiresAt: Date,
    eventNumber: number,
    address: string | null,
    userAgent: string | null,
  ]
>(
  'authorizations.refresh',
  `with ${client}, exchanged as (
     update authorizations f
     set access_hash = $6, access_expires_at = $7, refresh_hash = $8, expires_at = $9
     from client
     where f.id = $3 and f.refresh_hash = $4 and f.application_id = client.id
       and f.ended_at is null and f.expires_at > $5
       and ${mayStillSignIn}
     returning f.id, f.user_id, f.application_id
   ), spent as (
     insert into spent_refresh_tokens (authorization_id, token_hash) select id, $4 from exchanged
   ), ${followUp('$5', '$10', '$11', '$12')}`,
)

export const seekSpent = statement<
  { readonly id: TimeOrderedId; readonly userId: UserId; readonly uid: UserUid },
  [id: TimeOrderedId, hash: Buffer, application: ApplicationId]
>(
  'authorizations.seek-spent',
  `select f.id, f.user_id as "userId", u.uid
   from authorizations f join users u on u.id = f.user_id
   where f.id = $1 and f.application_id = $3 and f.ended_at is null
     and ((f.code_hash = $2 and f.redeemed_at is not null)
       or exists (select from spent_refresh_tokens s where s.authorization_id = f.id and s.token_hash = $2))`,
)

export const seek = statement<
  {
    readonly id: TimeOrderedId
    readonly userId: UserId
    readonly uid: UserUid
    readonly applicationId: ApplicationId
  },
  [id: TimeOrderedId, hash: Buffer]
>(
  'authorizations.seek',
  `select f.id, f.user_id as "userId", u.uid, f.application_id as "applicationId"
   from authorizations f join users u on u.id = f.user_id
   where f.id = $1 and $2 in (f.access_hash, f.refresh_hash) and f.ended_at is null`,
)
