import { mayGive } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
import type { ListedApplication, ListedPermission } from '#store/access-list.ts'
import { findUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { type AccessOf, authorityOver, changeable, isOnForms, signinHeld } from './authority.ts'
import type { AccessNames } from './end-access.ts'

/** An application, and what the actor may do about the person's access to it. */
export interface AccessEntry {
  readonly application: ListedApplication
  readonly mayLetIn: boolean
  readonly mayEnd: boolean
  readonly mayUpdate: boolean
}

/** Every application that people use, by name. Throws `NotFound` for a person out of reach. */
export const accessOf = (
  signon: Signon,
  actor: Actor,
  whom: Whom,
): Promise<{ readonly userName: string; readonly entries: readonly AccessEntry[] }> =>
  signon.read(async (stores) => {
    const user = await findUserFor(stores, actor, 'look at access', whom)
    const administrator = await stores.administrators.find(actor)
    const viewer = administrator.kind === 'person' ? administrator.id : null
    const applications = await stores.accessList.applications(user.id, viewer)
    const entries = applications.map((application) => {
      const standing = { hasAccess: application.isUsedByViewer, isOneself: viewer === user.id }
      const may = (permission: typeof application.signin, isTaking: boolean): boolean =>
        mayGive(administrator, permission, { ...standing, isTaking }).allowed
      // One that the administrator may change stands for all of them.
      const other = { isSignin: false, isDelegated: application.hasDelegated, isGrantable: true }
      return {
        application,
        mayLetIn: !application.isUsed && may(application.signin, false),
        mayEnd: application.isUsed && may(application.signin, true),
        mayUpdate: application.isUsed && application.hasGrantable && may(other, false),
      }
    })
    return { userName: user.name, entries }
  })

export interface PermissionsOf extends AccessNames {
  /** As far as pages show them: held ones first, `signin` first among them. */
  readonly permissions: readonly ListedPermission[]
}

/** What somebody holds of an application. Throws `NotFound` for who has no access. */
export const permissionsOf = (
  signon: Signon,
  actor: Actor,
  { whom, applicationId }: AccessOf,
): Promise<PermissionsOf> =>
  signon.read(async (stores) => {
    const user = await findUserFor(stores, actor, 'look at access', whom)
    const { name } = await stores.accessList.findApplication(applicationId)
    const permissions = await stores.accessList.permissions(user.id, applicationId)
    signinHeld({ permissions }, user, name)
    const shown = permissions.filter(({ isGrantable }) => isGrantable)
    return {
      userName: user.name,
      applicationName: name,
      permissions: [...shown.filter(({ isHeld }) => isHeld), ...shown.filter(({ isHeld }) => !isHeld)],
    }
  })

export interface ChangeablePermissions extends AccessNames {
  /** Those that the actor may give or take, by name. */
  readonly permissions: readonly ListedPermission[]
  /** Are there others that pages show, which the actor may not change? */
  readonly hasOthers: boolean
}

/** What the actor may change of it. Throws `NotFound` for who has no access. */
export const changeablePermissionsOf = (
  signon: Signon,
  actor: Actor,
  { whom, applicationId }: AccessOf,
): Promise<ChangeablePermissions> =>
  signon.read(async (stores) => {
    const user = await findUserFor(stores, actor, 'change permissions', whom)
    const { name } = await stores.accessList.findApplication(applicationId)
    const authority = await authorityOver(stores, actor, user, applicationId)
    signinHeld(authority, user, name)
    const permissions = changeable(authority)
    return {
      userName: user.name,
      applicationName: name,
      permissions,
      hasOthers: authority.permissions.filter(isOnForms).length > permissions.length,
    }
  })
