import { type Administrator, mayGive } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Verdict } from '#kernel/verdict.ts'
import type { ListedPermission } from '#store/access-list.ts'
import { standingOf } from '#store/permission-change.ts'
import type { Stores } from '#store/signon.ts'

/** A person, and an application that people use. */
export interface AccessOf {
  readonly whom: Whom
  readonly applicationId: ApplicationId
}

/** Everything that an application offers to a person, and what the actor may do about it. */
export interface Authority {
  readonly administrator: Administrator
  readonly permissions: readonly ListedPermission[]
  mayGive(permission: ListedPermission): Verdict
  mayTake(permission: ListedPermission): Verdict
}

export const authorityOver = async (
  stores: Stores,
  actor: Actor,
  user: Pick<User, 'id'>,
  application: ApplicationId,
): Promise<Authority> => {
  const administrator = await stores.administrators.find(actor)
  const standing = await standingOf(stores, administrator, user, application)
  return {
    administrator,
    permissions: await stores.accessList.permissions(user.id, application),
    mayGive: (permission) => mayGive(administrator, permission, { ...standing, isTaking: false }),
    mayTake: (permission) => mayGive(administrator, permission, { ...standing, isTaking: true }),
  }
}

/** The application's `signin`, of somebody who holds it. Throws `NotFound` for who does not. */
export const signinHeld = (
  { permissions }: Pick<Authority, 'permissions'>,
  user: User,
  applicationName: string,
): ListedPermission => {
  const signin = permissions.find(({ isSignin, isHeld }) => isSignin && isHeld)
  if (!signin) throw new NotFound(`${user.name} does not have access to ${applicationName}.`)
  return signin
}

/** Can this be given or taken on the form of permissions? `signin` has a page of its own. */
export const isOnForms = ({ isSignin, isGrantable }: ListedPermission): boolean => isGrantable && !isSignin

/** What the actor may give or take on that form. */
export const changeable = (authority: Authority): readonly ListedPermission[] =>
  authority.permissions.filter(
    (permission) =>
      isOnForms(permission) &&
      (permission.isHeld ? authority.mayTake(permission) : authority.mayGive(permission)).allowed,
  )

/** Said where there is nothing for the form to change. */
export const nothingToManage = (applicationName: string): string =>
  `No permissions found for ${applicationName} that you are authorised to manage.`
