import { sql } from 'kysely'
import { type ApplicationId, signinPermission } from '#domain/application.ts'
import type { StoreContext } from './context.ts'
import type { Permission } from './grants.ts'

/** An application that new people can be let into. */
export interface OfferedApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly isGdsOnly: boolean
  /** `signin` first, the others by name. */
  readonly permissions: readonly OfferedPermission[]
}

export interface OfferedPermission extends Permission {
  /** Everybody new is to have it, unless somebody decides otherwise. */
  readonly isDefault: boolean
}

/** What may be given to people when they are invited (`reference/roles-and-permissions.md` 5). */
export const invitationFormStore = ({ db }: StoreContext) => ({
  /**
   * Applications in service that people sign in to, by name, with the permissions that people give. Where nobody gives
   * `signin`, nobody can be let in.
   */
  async applications(): Promise<readonly OfferedApplication[]> {
    const { rows } = await sql<OfferedApplication>`
      select a.id, a.name, a.is_gds_only as "isGdsOnly",
        json_agg(json_build_object('id', p.id, 'name', p.name, 'isSignin', p.name = ${signinPermission},
          'isDelegated', p.is_delegated, 'isGrantable', p.is_grantable_from_ui, 'isDefault', p.is_default)
          order by p.name <> ${signinPermission}, lower(p.name)) as permissions
      from applications a join permissions p on p.application_id = a.id and p.is_grantable_from_ui
      where a.retired_at is null and not a.is_api_only
      group by a.id having bool_or(p.name = ${signinPermission})
      order by lower(a.name)`.execute(db)
    return rows
  },
})
