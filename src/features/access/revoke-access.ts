import type { ApplicationId } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Permission } from '#store/grants.ts'
import type { Signon, Work } from '#store/signon.ts'
import { type AccessChange, type ChangeAccess, heldOf, isSignin, permissionsNamed } from './change.ts'

/**
 * Takes the permissions named away from somebody. With `signin`, or without any named, all of the application's go,
 * and every token and code of that person for it ends at once. Taking away what is not held is harmless.
 */
export const revokeAccess = (signon: Signon, actor: Actor, input: ChangeAccess): Promise<AccessChange> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'remove access', input)
    const application = await work.applications.findByName(input.applicationName)
    const offered = await work.grants.permissions(application.id)
    const named = permissionsNamed(offered, input.permissions, application.name)
    const held = await work.grants.held(user.id, application.id)
    const doomed = withAllOf(offered, named).filter(({ name }) => held.includes(name))
    const changed = doomed.map(({ name }) => name)
    const kept = held.filter((name) => !changed.includes(name))
    const result = { user, applicationName: application.name, changed, held: heldOf(offered, kept) }
    if (doomed.length === 0 || input.isRehearsal) return result

    for (const { id } of doomed) await work.grants.remove(user.id, application.id, id)
    const note = noteOfNames(changed)
    await work.record({ name: 'permissions-removed', about: user, application: application.id, note }, actor)
    if (doomed.some(isSignin)) await endTokens(work, actor, user, application.id)
    return result
  })

/** Who may not sign in has no use for the rest: `signin` takes everything with it, and so does naming nothing. */
const withAllOf = (offered: readonly Permission[], named: readonly Permission[]): readonly Permission[] =>
  named.length === 0 || named.some(isSignin) ? offered : named

const endTokens = async (work: Work, actor: Actor, user: User, application: ApplicationId): Promise<void> => {
  await work.authorizations.endAll(user.id, application)
  for (const revoked of await work.apiTokens.revokeAll(user.id, application))
    await work.record({ name: 'api-token-revoked', about: user, application: revoked }, actor)
}
