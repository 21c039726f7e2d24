import { mayGive } from '#domain/administration.policy.ts'
import { signinPermission } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce, Forbidden } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Permission } from '#store/grants.ts'
import { giveAndTake, standingOf } from '#store/permission-change.ts'
import type { Signon } from '#store/signon.ts'
import { type AccessChange, type ChangeAccess, heldOf, permissionsNamed } from './change.ts'

/**
 * Lets somebody sign in to an application, with the permissions named. Granting twice is harmless, and recorded
 * once. Throws `Conflict` for a retired application, `Forbidden` for permissions that only Signon gives, or that this
 * administrator may not give.
 */
export const grantAccess = (signon: Signon, actor: Actor, input: ChangeAccess): Promise<AccessChange> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'grant access', input)
    const application = await work.applications.findByName(input.applicationName)
    if (application.retiredAt !== null) throw new Conflict(`${application.name} is retired.`)
    const offered = await work.grants.permissions(application.id)
    const wanted = permissionsNamed(offered, [signinPermission, ...input.permissions], application.name)
    refuseReserved(wanted)
    const administrator = await work.administrators.find(actor)
    const standing = await standingOf(work, administrator, user, application.id)
    for (const permission of wanted)
      enforce(mayGive(administrator, permission, { ...standing, isTaking: false }))

    const held = await work.grants.held(user.id, application.id)
    const missing = wanted.filter(({ name }) => !held.includes(name))
    const changed = missing.map(({ name }) => name)
    const result = {
      user,
      applicationName: application.name,
      changed,
      held: heldOf(offered, [...held, ...changed]),
    }
    if (missing.length === 0 || input.isRehearsal) return result

    await giveAndTake(work, actor, user, application.id, { add: missing, remove: [] })
    return result
  })

const refuseReserved = (wanted: readonly Permission[]): void => {
  const reserved = wanted.filter(({ isGrantable }) => !isGrantable).map(({ name }) => name)
  if (reserved.length > 0) throw new Forbidden(`Only Signon itself gives ${reserved.join(', ')}.`)
}
