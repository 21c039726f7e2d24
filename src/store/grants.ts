import { sql } from 'kysely'
import type { GivenPermission } from '#domain/administration.policy.ts'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import type { UserInfoFacts } from '#domain/oauth/user-info.ts'
import type { UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

export interface NewPermission {
  readonly name: string
  readonly isDelegated: boolean
  readonly isDefault: boolean
  readonly isGrantableFromUi: boolean
}

/** A permission with all that decides who may give and take it. */
export interface Permission extends GivenPermission {
  readonly id: PermissionId
  readonly name: string
}

/** What applications offer (permissions), who holds it (grants), and who has used them. */
export const grantStore = ({ db, now }: StoreContext) => ({
  /** Adds a permission to an application; `false` when it has one of that name, in any case. */
  async addPermission(application: ApplicationId, permission: NewPermission): Promise<boolean> {
    const at = now()
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('permissions')
      .values({
        application_id: application,
        name: permission.name,
        is_delegated: permission.isDelegated,
        is_default: permission.isDefault,
        is_grantable_from_ui: permission.isGrantableFromUi,
        created_at: at,
        updated_at: at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  },

  /** Says which of an application's permissions its admins may give, and which everybody invited gets. */
  async setFlags(
    application: ApplicationId,
    flags: { delegated: readonly string[]; default: readonly string[] },
  ): Promise<void> {
    await db
      .updateTable('permissions')
      .set({
        is_delegated: sql<boolean>`name = any (${[...flags.delegated]}::text[])`,
        is_default: sql<boolean>`name = any (${[...flags.default]}::text[])`,
        updated_at: now(),
      })
      .where('application_id', '=', application)
      .execute()
  },

  /** The permission of that exact name. Throws `NotFound`. */
  async findPermission(application: ApplicationId, name: string): Promise<PermissionId> {
    const row = await db
      .selectFrom('permissions')
      .select('id')
      .where('application_id', '=', application)
      .where('name', '=', name)
      .executeTakeFirst()
    if (!row) throw new NotFound(`The application has no permission called ${name}.`)
    return row.id as PermissionId
  },

  /** Everything that an application offers, `signin` first. */
  async permissions(application: ApplicationId): Promise<readonly Permission[]> {
    return (await offered(db, application).execute()).map(permissionOf)
  },

  /**
   * Those of these permissions that an application in service has, `signin` first. Until the transaction ends they are
   * neither deleted nor delegated or not.
   */
  async lockPermissions(
    application: ApplicationId,
    ids: readonly PermissionId[],
  ): Promise<readonly Permission[]> {
    const rows = await offered(db, application)
      .innerJoin('applications', 'applications.id', 'permissions.application_id')
      .where('permissions.id', 'in', ids.length > 0 ? [...ids] : [0])
      .where('applications.retired_at', 'is', null)
      .forShare('permissions')
      .execute()
    return rows.map(permissionOf)
  },

  /** Names of an application's permissions, `signin` first. */
  async permissionNames(application: ApplicationId): Promise<readonly string[]> {
    return (await offered(db, application).execute()).map(({ name }) => name)
  },

  /** Adds a grant; `false` when it was there already. */
  async add(user: UserId, application: ApplicationId, permission: PermissionId): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('grants')
      .values({ user_id: user, application_id: application, permission_id: permission, created_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  },

  /** Takes a grant away; `false` when there was none. */
  async remove(user: UserId, application: ApplicationId, permission: PermissionId): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('grants')
      .where('user_id', '=', user)
      .where('application_id', '=', application)
      .where('permission_id', '=', permission)
      .executeTakeFirst()
    return numDeletedRows === 1n
  },

  /** Adds grants of permissions that the application has; the answer is which were not there before. */
  async addAll(
    user: UserId,
    application: ApplicationId,
    permissions: readonly PermissionId[],
  ): Promise<readonly PermissionId[]> {
    const { rows } = await sql<{ id: PermissionId }>`
      insert into grants (user_id, application_id, permission_id, created_at)
      select ${user}, application_id, id, ${now()} from permissions
      where application_id = ${application} and id = any (${[...permissions]}::integer[]) order by id for key share
      on conflict do nothing returning permission_id as id`.execute(db)
    return rows.map(({ id }) => id)
  },

  /** Takes grants away; the answer is which there were. */
  async removeAll(
    user: UserId,
    application: ApplicationId,
    permissions: readonly PermissionId[],
  ): Promise<readonly PermissionId[]> {
    const { rows } = await sql<{ id: PermissionId }>`
      delete from grants where user_id = ${user} and application_id = ${application}
        and permission_id = any (${[...permissions]}::integer[])
      returning permission_id as id`.execute(db)
    return rows.map(({ id }) => id)
  },

  /** May the user sign in to the application, as far as permissions go? */
  async holdsSignin(user: UserId, application: ApplicationId): Promise<boolean> {
    const row = await db
      .selectFrom('grants')
      .innerJoin('permissions', 'permissions.id', 'grants.permission_id')
      .select('permissions.id')
      .where('grants.user_id', '=', user)
      .where('grants.application_id', '=', application)
      .where('permissions.name', '=', signinPermission)
      .executeTakeFirst()
    return row !== undefined
  },

  /** Names of the permissions that a user holds for one application, ascending without regard to case. */
  async held(user: UserId, application: ApplicationId): Promise<readonly string[]> {
    const rows = await db
      .selectFrom('grants')
      .innerJoin('permissions', 'permissions.id', 'grants.permission_id')
      .select('permissions.name')
      .where('grants.user_id', '=', user)
      .where('grants.application_id', '=', application)
      .orderBy(sql`lower(permissions.name)`)
      .execute()
    return rows.map(({ name }) => name)
  },

  /** Everything that a user holds on applications in service: application name → permission names. */
  async heldByApplication(user: UserId): Promise<Readonly<Record<string, readonly string[]>>> {
    const { rows } = await sql<{ application: string; names: string[] }>`
      select a.name as application, array_agg(p.name order by p.name <> ${signinPermission}, lower(p.name)) as names
      from grants g join permissions p on p.id = g.permission_id join applications a on a.id = g.application_id
      where g.user_id = ${user} and a.retired_at is null
      group by a.name order by lower(a.name)`.execute(db)
    return Object.fromEntries(rows.map(({ application, names }) => [application, names]))
  },

  /** What an application may know of a user now, or nothing when there is no such user. */
  async userInfo(user: UserId, application: ApplicationId): Promise<UserInfoFacts | undefined> {
    const { rows } = await sql<UserInfoFacts>`
      select u.uid, u.name, u.email, u.suspended_at is not null as "isSuspended", o.slug as "organisationSlug",
        o.content_id as "organisationContentId",
        (select coalesce(array_agg(p.name order by lower(p.name), p.name), '{}')
         from grants g join permissions p on p.id = g.permission_id
         where g.user_id = u.id and g.application_id = ${application}) as permissions
      from users u left join organisations o on o.id = u.organisation_id
      where u.id = ${user}`.execute(db)
    return rows[0]
  },

  /** Notes that an application has a user's permissions as of now. */
  async markSynced(user: UserId, application: ApplicationId): Promise<void> {
    await db
      .insertInto('user_applications')
      .values({ user_id: user, application_id: application, last_synced_at: now() })
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'application_id']).doUpdateSet({ last_synced_at: now() }),
      )
      .execute()
  },

  /** Applications in service that take pushes and that the person ever signed in to, holds, or that are named. */
  async listeners(user: UserId, also?: ApplicationId): Promise<readonly ApplicationId[]> {
    const { rows } = await sql<{ id: ApplicationId }>`
      select a.id from applications a
      where a.retired_at is null and a.supports_push_updates and (a.id = ${also ?? 0}
        or exists (select from grants g where g.user_id = ${user} and g.application_id = a.id)
        or exists (select from user_applications v where v.user_id = ${user} and v.application_id = a.id))
      order by a.id`.execute(db)
    return rows.map(({ id }) => id)
  },
})

/** What an application offers, `signin` first, then by name. */
const offered = (db: Connection, application: ApplicationId) =>
  db
    .selectFrom('permissions')
    .select([
      'permissions.id',
      'permissions.name',
      'permissions.is_delegated',
      'permissions.is_grantable_from_ui',
    ])
    .where('permissions.application_id', '=', application)
    .orderBy(sql`permissions.name <> ${signinPermission}`)
    .orderBy(sql`lower(permissions.name)`)

const permissionOf = (row: PermissionRow): Permission => ({
  id: row.id as PermissionId,
  name: row.name,
  isSignin: row.name === signinPermission,
  isDelegated: row.is_delegated,
  isGrantable: row.is_grantable_from_ui,
})

interface PermissionRow {
  readonly id: number
  readonly name: string
  readonly is_delegated: boolean
  readonly is_grantable_from_ui: boolean
}
