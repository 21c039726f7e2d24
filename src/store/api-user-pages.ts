import { sql } from 'kysely'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import type { User, UserId } from '#domain/user.ts'
import type { ApiTokenId } from './api-tokens.ts'
import type { StoreContext } from './context.ts'

/** An API user as the list shows it. */
export interface ListedApiUser
  extends Pick<
    User,
    'id' | 'name' | 'email' | 'suspendedAt' | 'lockedAt' | 'invitedAt' | 'invitationAcceptedAt'
  > {
  /** Names of the applications in service that it has a token for, and holds anything on. */
  readonly applications: readonly string[]
}

/** One of two tokens that stand beside each other, as the other's card names it. */
interface Neighbour {
  readonly visiblePrefix: string
  readonly lastUsedAt: Date | null
}

/** A token that was not revoked, with the one whose place it takes and the one that takes its own. */
export interface ApiTokenCard {
  readonly id: ApiTokenId
  readonly application: string
  readonly purpose: string | null
  /** Who is told before it expires. */
  readonly ownerEmail: string
  readonly visiblePrefix: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly older: Neighbour | null
  readonly newer: Neighbour | null
}

/** An application that an API user has a token for. */
export interface ApiUserApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly description: string | null
  /** Names of all that it holds there, `signin` first. */
  readonly held: readonly string[]
  /** Is there anything but `signin` that people may give? */
  readonly isChangeable: boolean
}

export interface OfferedPermission {
  readonly id: PermissionId
  readonly name: string
  readonly isHeld: boolean
}

/** What the pages of API users show. */
export const apiUserPageStore = ({ db }: StoreContext) => ({
  /** Every API user whose name or address has this text in it, in any case, by name. */
  async list(filter: string): Promise<readonly ListedApiUser[]> {
    const pattern = `%${filter.replaceAll(/[\\%_]/g, '\\$&')}%`
    const { rows } = await sql<ListedApiUser>`
      select u.id, u.name, u.email, u.suspended_at as "suspendedAt", null as "lockedAt",
        u.invited_at as "invitedAt", u.invitation_accepted_at as "invitationAcceptedAt",
        array(
          select a.name from applications a
          where a.retired_at is null
            and exists (select from api_tokens t
              where t.user_id = u.id and t.application_id = a.id and t.revoked_at is null)
            and exists (select from grants g where g.user_id = u.id and g.application_id = a.id)
          order by lower(a.name)) as applications
      from users u
      where u.kind = 'machine' and (u.name ilike ${pattern} or u.email ilike ${pattern})
      order by lower(u.name), u.id`.execute(db)
    return rows
  },

  /** Is it the one whose tokens Signon itself presents, and makes and renews? */
  async isSignons(user: UserId): Promise<boolean> {
    const { rows } = await sql`
      select from push_credentials c join api_tokens t on t.id = c.api_token_id
      where t.user_id = ${user} limit 1`.execute(db)
    return rows.length > 0
  },

  /** Its tokens for applications in service that were not revoked, by application, the first to expire first. */
  async tokens(user: UserId): Promise<readonly ApiTokenCard[]> {
    const { rows } = await sql<ApiTokenCard>`
      select t.id, a.name as application, t.purpose, coalesce(t.owner_email, u.email) as "ownerEmail",
        t.visible_prefix as "visiblePrefix", t.created_at as "createdAt", t.expires_at as "expiresAt",
        t.last_used_at as "lastUsedAt",
        ${neighbour('older')} as older, ${neighbour('newer')} as newer
      from api_tokens t join users u on u.id = t.user_id join applications a on a.id = t.application_id
      left join api_tokens older on older.id = t.replaces_id and older.revoked_at is null
      left join api_tokens newer on newer.replaces_id = t.id and newer.revoked_at is null
      where t.user_id = ${user} and t.revoked_at is null and a.retired_at is null
      order by lower(a.name), t.expires_at nulls last, t.id`.execute(db)
    return rows.map((row) => ({ ...row, older: dated(row.older), newer: dated(row.newer) }))
  },

  /** The applications in service that it has a token for which was not revoked. */
  async applications(user: UserId): Promise<readonly ApiUserApplication[]> {
    const { rows } = await sql<ApiUserApplication>`
      select a.id, a.name, a.description,
        array(
          select p.name from grants g join permissions p on p.id = g.permission_id
          where g.user_id = ${user} and g.application_id = a.id
          order by p.name <> ${signinPermission}, lower(p.name)) as held,
        exists (select from permissions p
          where p.application_id = a.id and p.is_grantable_from_ui and p.name <> ${signinPermission}
        ) as "isChangeable"
      from applications a
      where a.retired_at is null and exists (select from api_tokens t
        where t.user_id = ${user} and t.application_id = a.id and t.revoked_at is null)
      order by lower(a.name)`.execute(db)
    return rows
  },

  /** What people may give it on an application beside `signin`, by name. */
  async permissions(user: UserId, application: ApplicationId): Promise<readonly OfferedPermission[]> {
    const { rows } = await sql<OfferedPermission>`
      select p.id, p.name,
        exists (select from grants g
          where g.user_id = ${user} and g.application_id = p.application_id and g.permission_id = p.id
        ) as "isHeld"
      from permissions p
      where p.application_id = ${application} and p.is_grantable_from_ui and p.name <> ${signinPermission}
      order by lower(p.name)`.execute(db)
    return rows
  },
})

const neighbour = (alias: 'older' | 'newer') => sql`
  case when ${sql.ref(alias)}.id is not null then json_build_object(
    'visiblePrefix', ${sql.ref(alias)}.visible_prefix, 'lastUsedAt', ${sql.ref(alias)}.last_used_at) end`

/** JSON has no dates. */
const dated = (neighbour: Neighbour | null): Neighbour | null =>
  neighbour && {
    ...neighbour,
    lastUsedAt: neighbour.lastUsedAt === null ? null : new Date(neighbour.lastUsedAt),
  }
