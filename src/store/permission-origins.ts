import { sql } from 'kysely'
import { eventKinds } from '#domain/events.ts'
import { gdsContentId } from '#domain/organisation.ts'
import type { Role, UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** What somebody outside the Government Digital Service holds, and the last event that says who gave it. */
export interface PermissionOrigin {
  readonly place: GrantPlace
  readonly id: UserId
  readonly email: string
  readonly organisation: string | null
  readonly role: Role
  readonly suspendedAt: Date | null
  readonly lockedAt: Date | null
  readonly invitedAt: Date | null
  readonly invitationAcceptedAt: Date | null
  readonly createdAt: Date
  readonly application: string
  readonly permission: string
  readonly grantedAt: Date
  readonly granterId: UserId | null
  readonly granterEmail: string | null
  readonly granterOrganisation: string | null
  readonly granterRole: Role | null
  readonly eventId: string | null
  readonly eventAt: Date | null
  readonly eventNote: string | null
}

/** Where a grant stands in the order of grants: after a list that ended with it, the next one begins. */
export interface GrantPlace {
  readonly user: number
  readonly application: number
  readonly permission: number
}

/** Where permissions came from. */
export const permissionOriginStore = ({ db }: StoreContext) => ({
  /** At most `limit` of them, those after `place`, by user, application and permission. */
  async after(
    { user, application, permission }: GrantPlace,
    limit: number,
  ): Promise<readonly PermissionOrigin[]> {
    const { rows } = await sql<PermissionOrigin>`
      select json_build_object('user', g.user_id, 'application', g.application_id, 'permission', g.permission_id) as place,
        u.id, u.email, o.name as organisation, u.role, u.suspended_at as "suspendedAt", s.locked_at as "lockedAt",
        u.invited_at as "invitedAt", u.invitation_accepted_at as "invitationAcceptedAt", u.created_at as "createdAt",
        a.name as application, p.name as permission, g.created_at as "grantedAt",
        giver.id as "granterId", giver.email as "granterEmail", home.name as "granterOrganisation",
        giver.role as "granterRole", e.id as "eventId", e.created_at as "eventAt", e.note as "eventNote"
      from (
        select g.* from grants g join users u on u.id = g.user_id
        where (g.user_id, g.application_id, g.permission_id) > (${user}, ${application}, ${permission})
          and u.organisation_id is distinct from (select id from organisations where content_id = ${gdsContentId}::uuid)
        order by g.user_id, g.application_id, g.permission_id limit ${limit}
      ) g
      join users u on u.id = g.user_id join applications a on a.id = g.application_id
      join permissions p on p.id = g.permission_id left join organisations o on o.id = u.organisation_id
      left join sign_in_states s on s.user_id = u.id
      left join lateral (
        select e.id, e.created_at, e.note, e.actor_id from events e
        where e.about_uid = u.uid and e.number = ${eventKinds['permissions-added'].number}
          and e.application_id = g.application_id
          and strpos(', ' || substr(e.note, 2, length(e.note) - 2) || ', ', ', ' || p.name || ', ') > 0
        order by e.created_at desc, e.id desc limit 1
      ) e on true
      left join users giver on giver.id = e.actor_id left join organisations home on home.id = giver.organisation_id
      order by g.user_id, g.application_id, g.permission_id`.execute(db)
    return rows
  },
})
