import { sql } from 'kysely'
import type { GivenPermission } from '#domain/administration.policy.ts'
import { type ApplicationId, signinPermission } from '#domain/application.ts'
import type { UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { StoreContext } from './context.ts'
import type { Permission } from './grants.ts'

/** An application, as far as that decides who may let somebody into it. */
export interface ListedApplication {
  readonly id: ApplicationId
  readonly name: string
  readonly description: string | null
  /** May the person sign in to it? */
  readonly isUsed: boolean
  /** May whoever looks sign in to it? */
  readonly isUsedByViewer: boolean
  readonly signin: GivenPermission
  /** Has it a permission beside `signin` that pages give? */
  readonly hasGrantable: boolean
  /** And one that is delegated? */
  readonly hasDelegated: boolean
}

/** A permission of an application, and whether somebody holds it. */
export interface ListedPermission extends Permission {
  readonly isHeld: boolean
}

/** Applications that people use, those in service that are not for machines only, and who may do what in them. */
export const accessListStore = ({ db }: StoreContext) => ({
  /** All of them, by name, as they are for a person and for whoever looks at that person; nobody in particular when null. */
  async applications(person: UserId, viewer: UserId | null): Promise<readonly ListedApplication[]> {
    const { rows } = await sql<ListedRow>`
      select a.id, a.name, a.description,
        coalesce(bool_or(p.name = ${signinPermission} and held.user_id is not null), false) as "isUsed",
        coalesce(bool_or(p.name = ${signinPermission} and viewing.user_id is not null), false) as "isUsedByViewer",
        coalesce(bool_or(p.name = ${signinPermission} and p.is_delegated), false) as "isSigninDelegated",
        coalesce(bool_or(p.name = ${signinPermission} and p.is_grantable_from_ui), false) as "isSigninGrantable",
        coalesce(bool_or(p.name <> ${signinPermission} and p.is_grantable_from_ui), false) as "hasGrantable",
        coalesce(bool_or(p.name <> ${signinPermission} and p.is_grantable_from_ui and p.is_delegated), false)
          as "hasDelegated"
      from applications a
      left join permissions p on p.application_id = a.id
      left join grants held
        on held.user_id = ${person} and held.application_id = a.id and held.permission_id = p.id
      left join grants viewing
        on viewing.user_id = ${viewer} and viewing.application_id = a.id and viewing.permission_id = p.id
      where a.retired_at is null and not a.is_api_only
      group by a.id order by lower(a.name)`.execute(db)
    return rows.map(({ isSigninDelegated, isSigninGrantable, ...row }) => ({
      ...row,
      signin: { isSignin: true, isDelegated: isSigninDelegated, isGrantable: isSigninGrantable },
    }))
  },

  /** One of them. Throws `NotFound`, for those that are retired or for machines only as well. */
  async findApplication(id: ApplicationId): Promise<{ readonly id: ApplicationId; readonly name: string }> {
    const row = await db
      .selectFrom('applications')
      .select('name')
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .where('is_api_only', '=', false)
      .executeTakeFirst()
    if (!row) throw new NotFound('There is no application of this number that people use.')
    return { id, name: row.name }
  },

  /** Everything that an application offers, `signin` first, then by name. */
  async permissions(person: UserId, application: ApplicationId): Promise<readonly ListedPermission[]> {
    const { rows } = await sql<ListedPermission>`
      select p.id, p.name, p.name = ${signinPermission} as "isSignin", p.is_delegated as "isDelegated",
        p.is_grantable_from_ui as "isGrantable", g.user_id is not null as "isHeld"
      from permissions p
      left join grants g on g.user_id = ${person} and g.application_id = p.application_id and g.permission_id = p.id
      where p.application_id = ${application}
      order by p.name <> ${signinPermission}, lower(p.name)`.execute(db)
    return rows
  },
})

interface ListedRow extends Omit<ListedApplication, 'signin'> {
  readonly isSigninDelegated: boolean
  readonly isSigninGrantable: boolean
}
