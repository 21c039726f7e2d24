import { sql } from 'kysely'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { isDuplicate } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A permission as those see it who look after what an application offers. */
export interface PermissionRecord {
  readonly id: PermissionId
  readonly name: string
  readonly isDelegated: boolean
  readonly isDefault: boolean
  readonly createdAt: Date
}

export type PermissionSettings = Pick<PermissionRecord, 'name' | 'isDelegated' | 'isDefault'>

/** Whom it concerns when a permission is deleted. */
export interface PermissionImpact {
  readonly holders: number
  readonly batches: number
}

/** What applications offer, for those who say so. Permissions that only Signon gives are not among them. */
export const permissionStore = ({ db, now }: StoreContext) => {
  const select = (application: ApplicationId) =>
    db
      .selectFrom('permissions')
      .select(['id', 'name', 'is_delegated', 'is_default', 'created_at'])
      .where('application_id', '=', application)
      .where('is_grantable_from_ui', '=', true)

  return {
    /** Everything that an application offers, `signin` first. */
    async list(application: ApplicationId): Promise<readonly PermissionRecord[]> {
      const rows = await select(application)
        .orderBy(sql`lower(name) <> ${signinPermission}`)
        .orderBy(sql`lower(name)`)
        .execute()
      return rows.map(recordOf)
    },

    /** Throws `NotFound`, also for a permission of another application. */
    async find(application: ApplicationId, id: PermissionId): Promise<PermissionRecord> {
      const row = await select(application).where('id', '=', id).executeTakeFirst()
      if (!row) throw noSuchPermission()
      return recordOf(row)
    },

    /** The same, held until the transaction ends: nobody is given it meanwhile. */
    async lock(application: ApplicationId, id: PermissionId): Promise<PermissionRecord> {
      const row = await select(application).where('id', '=', id).forUpdate().executeTakeFirst()
      if (!row) throw noSuchPermission()
      return recordOf(row)
    },

    /** Replaces name and flags. Throws `Conflict` when the application has another one of that name, in any case. */
    async change(id: PermissionId, { name, isDelegated, isDefault }: PermissionSettings): Promise<void> {
      await db
        .updateTable('permissions')
        .set({ name, is_delegated: isDelegated, is_default: isDefault, updated_at: now() })
        .where('id', '=', id)
        .execute()
        .catch((error: unknown) => {
          throw isDuplicate(error) ? nameTaken() : error
        })
    },

    /** How many people and machines hold it, and how many batches of invitations under way are to give it. */
    async impact(application: ApplicationId, id: PermissionId): Promise<PermissionImpact> {
      const { rows } = await sql<PermissionImpact>`
        select
          (select count(*)::integer from grants where application_id = ${application} and permission_id = ${id}) as holders,
          (select count(*)::integer from batch_permissions p
           join batches b on b.id = p.batch_id and b.state in ('draft', 'running')
           where p.application_id = ${application} and p.permission_id = ${id}) as batches`.execute(db)
      return rows[0] ?? { holders: 0, batches: 0 }
    },

    /** Who holds it, in the order of their ids. */
    async holders(application: ApplicationId, id: PermissionId): Promise<readonly UserId[]> {
      const rows = await db
        .selectFrom('grants')
        .select('user_id')
        .where('application_id', '=', application)
        .where('permission_id', '=', id)
        .orderBy('user_id')
        .execute()
      return rows.map(({ user_id }) => user_id as UserId)
    },

    /** Deletes it, and with it takes it away from whoever holds it. */
    async remove(id: PermissionId): Promise<void> {
      await db.deleteFrom('permissions').where('id', '=', id).execute()
    },
  }
}

/** That an application has a permission of this name already. */
export const nameTaken = (): Conflict => new Conflict('Name has already been taken')

const recordOf = (row: {
  readonly id: number
  readonly name: string
  readonly is_delegated: boolean
  readonly is_default: boolean
  readonly created_at: Date
}): PermissionRecord => ({
  id: row.id as PermissionId,
  name: row.name,
  isDelegated: row.is_delegated,
  isDefault: row.is_default,
  createdAt: row.created_at,
})

const noSuchPermission = (): NotFound => new NotFound('The application has no permission of this number.')
