import { mayGive } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Permission } from '#store/grants.ts'
import { giveAndTake, standingOf } from '#store/permission-change.ts'
import type { Signon } from '#store/signon.ts'
import { type AccessChange, type ChangeAccess, heldOf, permissionsNamed } from './change.ts'

/**
 * Takes the permissions named away from somebody. With `signin`, or without any named, all of the application's go
 * that the administrator may take, and every token and code of that person for it ends at once. Taking away what is not
 * held is harmless. Throws `Forbidden` for a permission named, or for `signin`, that they may not take.
 */
export const revokeAccess = (signon: Signon, actor: Actor, input: ChangeAccess): Promise<AccessChange> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'remove access', input)
    const application = await work.applications.findByName(input.applicationName)
    const offered = await work.grants.permissions(application.id)
    const named = permissionsNamed(offered, input.permissions, application.name)
    const administrator = await work.administrators.find(actor)
    const standing = await standingOf(work, administrator, user, application.id)
    const mayTake = (permission: Permission) =>
      mayGive(administrator, permission, { ...standing, isTaking: true })
    for (const permission of withSignin(offered, named)) enforce(mayTake(permission))

    const held = await work.grants.held(user.id, application.id)
    const doomed = withAllOf(offered, named).filter(
      (permission) => held.includes(permission.name) && mayTake(permission).allowed,
    )
    const changed = doomed.map(({ name }) => name)
    const kept = held.filter((name) => !changed.includes(name))
    if (doomed.length > 0 && !input.isRehearsal)
      await giveAndTake(work, actor, user, application.id, { add: [], remove: doomed })
    return { user, applicationName: application.name, changed, held: heldOf(offered, kept) }
  })

/** Who may not sign in has no use for the rest: `signin` takes everything with it, and so does naming nothing. */
const withAllOf = (offered: readonly Permission[], named: readonly Permission[]): readonly Permission[] =>
  named.length === 0 || named.some(({ isSignin }) => isSignin) ? offered : named

/** What the administrator asks for by name, or without one. */
const withSignin = (offered: readonly Permission[], named: readonly Permission[]): readonly Permission[] =>
  named.length === 0 ? offered.filter(({ isSignin }) => isSignin) : named
