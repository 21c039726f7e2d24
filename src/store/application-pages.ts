import { sql } from 'kysely'
import { type ApplicationId, signinPermission } from '#domain/application.ts'
import type { Role, User, UserId, UserKind, UserUid } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import type { EventPlace } from './events.ts'

export interface ListedApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly description: string | null
  readonly isApiOnly: boolean
  readonly isRetired: boolean
}

/** Whom it concerns when an application is retired. */
export interface Reach {
  /** People who may sign in to it. */
  readonly people: number
  /** Tokens of machines that are good now. */
  readonly apiTokens: number
}

/** Somebody who may sign in to an application. */
export interface UserWithAccess
  extends Pick<User, 'suspendedAt' | 'lockedAt' | 'invitedAt' | 'invitationAcceptedAt' | 'lastSignedInAt'> {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisation: string | null
  readonly signInCount: number
  /** Names of everything that they hold on the application, `signin` first. */
  readonly permissions: readonly string[]
}

/** Behind whom a list of users with access goes on. */
export interface UserPlace {
  readonly lastSignedInAt: Date | null
  readonly id: UserId
}

/** A token that an application was issued for somebody: event 47. */
export interface Authorisation extends EventPlace {
  readonly uid: UserUid
  /** The account now; nothing when it is gone. */
  readonly user: { readonly id: UserId; readonly kind: UserKind; readonly name: string } | null
  readonly address: string | null
  readonly userAgent: string | null
}

export interface AuthorisationsAsked {
  readonly before?: EventPlace | undefined
  /** Only of this month in London, `2026-11`. */
  readonly month?: string | undefined
  /** Also those of accounts that tests sign in with. */
  readonly includesTests: boolean
  readonly limit: number
}

/** What the pages about applications list (`reference/admin-ui.md` 8.3, 9.1, 9.3). */
export const applicationPageStore = ({ db, now }: StoreContext) => ({
  /** Every application, by name. */
  async list(): Promise<readonly ListedApplication[]> {
    const { rows } = await sql<ListedApplication>`
      select id, name, description, is_api_only as "isApiOnly", retired_at is not null as "isRetired"
      from applications order by lower(name)`.execute(db)
    return rows
  },

  async reach(application: ApplicationId): Promise<Reach> {
    const { rows } = await sql<Reach>`
      select
        (select count(*)::integer from permissions p
         join grants g on g.application_id = p.application_id and g.permission_id = p.id
         join users u on u.id = g.user_id and u.kind = 'person'
         where p.application_id = ${application} and p.name = ${signinPermission}) as people,
        (select count(*)::integer from api_tokens where application_id = ${application} and revoked_at is null
           and (expires_at is null or expires_at > ${now()})) as "apiTokens"`.execute(db)
    return rows[0] ?? { people: 0, apiTokens: 0 }
  },

  /** People who may sign in to an application, who signed in last first; at most `limit`. */
  async usersWithAccess(
    application: ApplicationId,
    { before, limit }: { readonly before?: UserPlace | undefined; readonly limit: number },
  ): Promise<readonly UserWithAccess[]> {
    const signedIn = sql`coalesce(u.last_signed_in_at, 'epoch')`
    const isBehind = before
      ? sql`(${signedIn}, u.id) < (coalesce(${before.lastSignedInAt}::timestamptz, 'epoch'), ${before.id})`
      : sql`true`
    const { rows } = await sql<UserWithAccess>`
      select u.*, held.permissions
      from (
        select u.id, u.name, u.email, u.role, o.name as organisation, u.sign_in_count as "signInCount",
          u.last_signed_in_at as "lastSignedInAt", u.suspended_at as "suspendedAt", u.locked_at as "lockedAt",
          u.invited_at as "invitedAt", u.invitation_accepted_at as "invitationAcceptedAt", ${signedIn} as signed_in
        from permissions p
        join grants g on g.application_id = p.application_id and g.permission_id = p.id
        join users u on u.id = g.user_id and u.kind = 'person'
        left join organisations o on o.id = u.organisation_id
        where p.application_id = ${application} and p.name = ${signinPermission} and ${isBehind}
        order by ${signedIn} desc, u.id desc limit ${limit}
      ) u
      cross join lateral (
        select array_agg(p.name order by p.name <> ${signinPermission}, lower(p.name)) as permissions
        from grants g join permissions p on p.id = g.permission_id
        where g.user_id = u.id and g.application_id = ${application}
      ) held
      order by u.signed_in desc, u.id desc`.execute(db)
    return rows
  },

  /** The newest of an application's authorisations that were asked for, newest first; at most `limit`. */
  async authorisations(
    application: ApplicationId,
    { before, month, includesTests, limit }: AuthorisationsAsked,
  ): Promise<readonly Authorisation[]> {
    const { rows } = await sql<AuthorisationRow>`
      select e.id, e.created_at as at, e.about_uid as uid, u.id as user_id, u.kind, u.name,
        host(e.address) as address, e.user_agent as "userAgent"
      from events e left join users u on u.uid = e.about_uid
      where e.application_id = ${application} and e.number = 47
        and ${before ? sql`(e.created_at, e.id) < (${before.at}, ${before.id})` : sql`true`}
        and ${month === undefined ? sql`true` : within(month)}
        and ${includesTests ? sql`true` : sql`u.is_test_account is not true`}
      order by e.created_at desc, e.id desc limit ${limit}`.execute(db)
    return rows.map(({ user_id, kind, name, ...event }) => ({
      ...event,
      user: user_id === null ? null : { id: user_id, kind, name },
    }))
  },
})

interface AuthorisationRow extends Omit<Authorisation, 'user'> {
  readonly user_id: UserId | null
  readonly kind: UserKind
  readonly name: string
}

const within = (month: string) => {
  const first = sql`${`${month}-01`}::timestamp`
  return sql`e.created_at >= ${first} at time zone 'Europe/London'
    and e.created_at < (${first} + interval '1 month') at time zone 'Europe/London'`
}
