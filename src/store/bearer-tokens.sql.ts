import type { ApplicationId } from '#domain/application.ts'
import type { UserInfoFacts } from '#domain/oauth/user-info.ts'
import type { UserId } from '#domain/user.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import { statement, unhurried } from './connection.ts'

/** A bearer token that we know, and everything that decides what its holder gets. */
export interface PresentedToken extends UserInfoFacts {
  readonly clientId: string
  readonly isDirectoryApi: boolean
  /** Why it is not good, whoever asks; null when it is. Retired application and lost access come before all else. */
  readonly problem: 'invalid' | 'revoked' | 'expired' | null
}

/** `isDue`: there is something to note of this use. */
export interface PresentedRow extends PresentedToken {
  readonly userId: UserId
  readonly applicationId: ApplicationId
  readonly isDue: boolean
}

/** Names held by the user `u` for the application `a`, ascending without regard to case. */
const permissions = `array(
  select p.name from grants g join permissions p on p.id = g.permission_id
  where g.user_id = u.id and g.application_id = a.id
  order by lower(p.name), p.name
)`

/** May the user `u` sign in to the application `a`, as far as permissions go? */
export const maySignIn = `exists (
  select from grants g join permissions p on p.id = g.permission_id and p.name = 'signin'
  where g.user_id = u.id and g.application_id = a.id
)`

/** One select, without a detour: it is the hottest statement of all. */
const holder = (token: { problem: string; isDue: string; source: string }): string => `
  select a.client_id as "clientId", a.is_directory_api as "isDirectoryApi",
    case when a.retired_at is not null then 'invalid' ${token.problem} end as problem,
    u.id as "userId", a.id as "applicationId", u.uid, u.name, u.email, u.suspended_at is not null as "isSuspended", ${permissions} as permissions,
    o.slug as "organisationSlug", o.content_id as "organisationContentId",
    ${token.isDue} as "isDue"
  from ${token.source}
  join users u on u.id = t.user_id
  join applications a on a.id = t.application_id
  left join organisations o on o.id = u.organisation_id
  where`

/**
 * `one` for each of several tokens, which are given as lists of ids and hashes: each is found by its own index lookup,
 * however many there are. The planner is kept from seeing how many, so that it plans once and for all.
 */
const forEachToken = (one: string): string => `
  select k.place, one.*
  from (select $1::bigint[] as ids, $2::bytea[] as hashes offset 0) as asked,
    unnest(asked.ids, asked.hashes) with ordinality as k (id, hash, place),
    lateral (${one} limit 1) as one`

/** `place`: which of the tokens it is, from 1, in decimal. */
export interface PlacedRow extends PresentedRow {
  readonly place: string
}

type Read = [ids: readonly TimeOrderedId[], hashes: readonly Buffer[], now: Date, notedBefore: Date]

const personsHolders = forEachToken(
  `${holder({
    problem: `when t.ended_at is not null then 'revoked' when t.access_expires_at <= $3 then 'expired'`,
    isDue: 'coalesce(t.noted_at < $4, true)',
    source: 'authorizations t',
  })} t.id = k.id and t.access_hash = k.hash`,
)

export const readPersons = statement<PlacedRow, Read>('bearer-tokens.read-persons', personsHolders)

/**
 * Notes that the application has had the permissions: beside the token, and of the person and the application, whose row
 * is there since the code was redeemed. Lost with the database, the note is made again a minute later.
 */
export const notePersons = statement<never, [id: TimeOrderedId, now: Date, notedBefore: Date]>(
  'bearer-tokens.note-persons',
  `with noted as (
     update authorizations t set noted_at = $2 from ${unhurried}
     where t.id = $1 and coalesce(t.noted_at < $3, true)
     returning t.user_id, t.application_id
   )
   update user_applications v set last_synced_at = $2 from noted
   where v.user_id = noted.user_id and v.application_id = noted.application_id and coalesce(v.last_synced_at < $3, true)`,
)

/**
 * Both in one, for a token of this very minute, beside which nothing is noted yet. Whoever notes the same in this moment
 * does it for us: nobody waits for another.
 */
export const readAndNotePersons = statement<
  PlacedRow,
  [...tokens: Read, clientIds: readonly (string | null)[]]
>(
  'bearer-tokens.read-and-note-persons',
  `with facts as (${personsHolders}), due as (
     select v.user_id, v.application_id from facts
     join user_applications v on v.user_id = facts."userId" and v.application_id = facts."applicationId"
     where facts."isDue" and facts.problem is null and 'signin' = any (facts.permissions)
       and coalesce(facts."clientId" = ($5::text[])[facts.place], true) and coalesce(v.last_synced_at < $4, true)
     for no key update of v skip locked
   ), noted as (
     update user_applications v set last_synced_at = $3 from due, ${unhurried}
     where v.user_id = due.user_id and v.application_id = due.application_id
   )
   select * from facts`,
)

export const readMachines = statement<
  PresentedRow,
  [hash: Buffer, now: Date, syncedBefore: Date, usedBefore: Date]
>(
  'bearer-tokens.read-machines',
  `${holder({
    problem: `when t.revoked_at is not null then 'revoked' when t.expires_at <= $2 then 'expired'`,
    isDue: 'coalesce(v.last_synced_at < $3, true) or coalesce(t.last_used_at < $4, true)',
    source: 'api_tokens t left join user_applications v using (user_id, application_id)',
  })} t.token_hash = $1`,
)

/** The same, and that the token was used. */
export const noteMachines = statement<
  never,
  [hash: Buffer, now: Date, syncedBefore: Date, usedBefore: Date, clientId: string | null]
>(
  'bearer-tokens.note-machines',
  `with good as (
     select t.id, u.id as user_id, a.id as application_id from api_tokens t
     join users u on u.id = t.user_id
     join applications a on a.id = t.application_id and a.retired_at is null and coalesce(a.client_id = $5, true)
     cross join ${unhurried}
     where t.token_hash = $1 and t.revoked_at is null and coalesce(t.expires_at > $2, true) and ${maySignIn}
   ), used as (
     update api_tokens set last_used_at = $2 from good
     where api_tokens.id = good.id and coalesce(api_tokens.last_used_at < $4, true)
   )
   insert into user_applications (user_id, application_id, last_synced_at)
   select user_id, application_id, $2 from good
   on conflict (user_id, application_id) do update set last_synced_at = $2
   where coalesce(user_applications.last_synced_at < $3, true)`,
)
