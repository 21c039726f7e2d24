import type { PermissionId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Forbidden, NotFound } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import { changePermissions } from '#store/permission-change.ts'
import type { Signon } from '#store/signon.ts'
import {
  type AccessOf,
  authorityOver,
  changeable,
  isOnForms,
  nothingToManage,
  signinHeld,
} from './authority.ts'
import type { AccessNames } from './end-access.ts'

export interface UpdatePermissions extends AccessOf {
  /** Ticked, and shown as not held. */
  readonly add: readonly PermissionId[]
  /** Shown as held, and not ticked any more. */
  readonly remove: readonly PermissionId[]
}

export interface UpdatedPermissions extends AccessNames {
  /** Names of all that the person holds now beside `signin`, as far as pages show it. */
  readonly held: readonly string[]
}

/**
 * Gives somebody who has access more permissions than `signin`, and takes others away; none else is touched. Throws
 * `NotFound` for who has no access and for permissions that no form shows, `Forbidden` for those that the administrator
 * may not give or take.
 */
export const updatePermissions = (
  signon: Signon,
  actor: Actor,
  { whom, applicationId, add, remove }: UpdatePermissions,
): Promise<UpdatedPermissions> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change permissions', whom)
    const { name } = await work.accessList.findApplication(applicationId)
    const authority = await authorityOver(work, actor, user, applicationId)
    const signin = signinHeld(authority, user, name)
    if (changeable(authority).length === 0) throw new Forbidden(nothingToManage(name))
    if ([...add, ...remove].includes(signin.id))
      throw new NotFound('Access itself is granted and removed on pages of its own.')

    await changePermissions(work, actor, authority.administrator, user, applicationId, { add, remove })
    const after = await work.accessList.permissions(user.id, applicationId)
    const held = after.filter((permission) => permission.isHeld && isOnForms(permission))
    return { userName: user.name, applicationName: name, held: held.map((permission) => permission.name) }
  })
