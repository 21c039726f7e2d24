import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import type { ListedPermission } from '#store/access-list.ts'
import { findUserFor, lockUserFor } from '#store/administration.ts'
import { giveAndTake } from '#store/permission-change.ts'
import type { Signon, Stores } from '#store/signon.ts'
import { type AccessOf, authorityOver, signinHeld } from './authority.ts'

/** Whose access to what it is. */
export interface AccessNames {
  readonly userName: string
  readonly applicationName: string
}

/** What becomes of the permissions that somebody holds when their access ends. */
export interface EndOfAccess extends AccessNames {
  /** They go, and `signin` is the first of them. */
  readonly going: readonly ListedPermission[]
  /** The administrator may not take these: they count for nothing until somebody lets the person in again. */
  readonly staying: readonly ListedPermission[]
}

/**
 * Ends a person's access to an application: with `signin` goes every other permission that the administrator may take,
 * and tokens and codes for it end at once. Throws `NotFound` for who has no access, `Forbidden` where the administrator
 * may not take `signin`.
 */
export const endAccess = (signon: Signon, actor: Actor, access: AccessOf): Promise<EndOfAccess> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'remove access', access.whom)
    const end = await endOf(work, actor, user, access)
    await giveAndTake(work, actor, user, access.applicationId, { add: [], remove: end.going })
    return end
  })

/** What would become of them. Throws as `endAccess` does. */
export const foreseeEndOfAccess = (signon: Signon, actor: Actor, access: AccessOf): Promise<EndOfAccess> =>
  signon.read(async (stores) =>
    endOf(stores, actor, await findUserFor(stores, actor, 'remove access', access.whom), access),
  )

const endOf = async (
  stores: Stores,
  actor: Actor,
  user: User,
  { applicationId }: AccessOf,
): Promise<EndOfAccess> => {
  const { name } = await stores.accessList.findApplication(applicationId)
  const authority = await authorityOver(stores, actor, user, applicationId)
  enforce(authority.mayTake(signinHeld(authority, user, name)))
  const held = authority.permissions.filter(({ isHeld }) => isHeld)
  return {
    userName: user.name,
    applicationName: name,
    going: held.filter((permission) => authority.mayTake(permission).allowed),
    staying: held.filter((permission) => !authority.mayTake(permission).allowed),
  }
}
