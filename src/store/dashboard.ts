import { sql } from 'kysely'
import { type ApplicationId, signinPermission, substituteUri } from '#domain/application.ts'
import { gdsContentId } from '#domain/organisation.ts'
import type { UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** An application as its people see it. */
export interface DashboardApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly description: string | null
  readonly homeUri: string
}

export interface DashboardPerson {
  readonly organisationName: string | null
  readonly isInGds: boolean
}

/** What the dashboard and `/signin-required` show to a person about themselves. */
export const dashboardStore = ({ db, uriSubstitution }: StoreContext) => ({
  /** Applications in service with pages of their own that the person may use, by name. */
  async applications(user: UserId): Promise<readonly DashboardApplication[]> {
    const { rows } = await sql<DashboardApplication>`
      select a.id, a.name, a.description, a.home_uri as "homeUri"
      from grants g
      join permissions p on p.id = g.permission_id and p.name = ${signinPermission}
      join applications a on a.id = g.application_id
      where g.user_id = ${user} and a.retired_at is null and not a.is_api_only and a.home_uri <> ''
      order by lower(a.name)`.execute(db)
    return rows.map((row) => ({ ...row, homeUri: substituteUri(row.homeUri, uriSubstitution) }))
  },

  async person(user: UserId): Promise<DashboardPerson> {
    const { rows } = await sql<DashboardPerson>`
      select o.name as "organisationName", coalesce(o.content_id = ${gdsContentId}, false) as "isInGds"
      from users u left join organisations o on o.id = u.organisation_id where u.id = ${user}`.execute(db)
    return rows[0] ?? { organisationName: null, isInGds: false }
  },
})
