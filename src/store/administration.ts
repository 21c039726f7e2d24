import {
  type AdministrativeAction,
  type Administrator,
  isInReach,
  mayAct,
  mayActUpon,
} from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import type { Stores, Work } from './signon.ts'
import { noSuchUser } from './user-rows.ts'

/** The actor as an administrator, if they may do that at all. Throws `Forbidden`. */
export const administratorFor = async (
  stores: Stores,
  actor: Actor,
  action: AdministrativeAction,
): Promise<Administrator> => {
  const administrator = await stores.administrators.find(actor)
  enforce(mayAct(administrator, action))
  return administrator
}

/**
 * The user whom an action is done to, held until the transaction ends, if the actor may do that to them once they are
 * held: whoever lost the right while waiting does nothing any more. Throws `Forbidden` for who may not, and `NotFound`
 * for a user who is not there, or not for this actor.
 */
export const lockUserFor = async (
  work: Work,
  actor: Actor,
  action: AdministrativeAction,
  whom: Whom,
): Promise<User> => {
  await administratorFor(work, actor, action)
  const user = await work.users.lockNamed(whom)
  await enforceUpon(work, await administratorFor(work, actor, action), action, user, whom)
  return user
}

/** The same with every active superadmin held, of whom one must be left; the number of the others is told. */
export const lockUserAmongSuperadminsFor = async (
  work: Work,
  actor: Actor,
  action: AdministrativeAction,
  whom: Whom,
): Promise<{ readonly user: User; readonly otherSuperadmins: number }> => {
  await administratorFor(work, actor, action)
  const locked = await work.users.lockAmongSuperadmins(whom)
  await enforceUpon(work, await administratorFor(work, actor, action), action, locked.user, whom)
  return locked
}

/** The user whom an action would be done to, as they are now. Throws as `lockUserFor` does. */
export const findUserFor = async (
  stores: Stores,
  actor: Actor,
  action: AdministrativeAction,
  whom: Whom,
): Promise<User> => {
  const administrator = await administratorFor(stores, actor, action)
  const user = await stores.users.find(whom)
  await enforceUpon(stores, administrator, action, user, whom)
  return user
}

/** Throws `NotFound` for a user whom the administrator does not reach, `Forbidden` where they may not do that to them. */
export const enforceUpon = async (
  stores: Stores,
  administrator: Administrator,
  action: AdministrativeAction,
  user: User,
  whom: Whom,
): Promise<void> => {
  const place = await stores.administrators.placeOf(administrator, user.organisationId)
  if (!isInReach(administrator, user, place)) throw noSuchUser(whom)
  enforce(mayActUpon(administrator, action, user))
}
