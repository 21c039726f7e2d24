import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import type { Chosen } from '#store/many-users.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { grantAccess } from './grant-access.ts'

export interface GrantToMany extends RunOptions {
  readonly applicationName: string
  /** Only people of this organisation; the suspended ones among them, too. */
  readonly organisationSlug?: string
}

/**
 * Lets everybody sign in to an application who cannot yet: all people who are not suspended, or all of one organisation
 * (`reference/background-and-operations.md` 4.2). Throws `NotFound` for an unknown application or organisation,
 * `Conflict` for a retired application.
 */
export const grantToMany = async (signon: Signon, actor: Actor, input: GrantToMany): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const { single } = signon
  const { applicationName, organisationSlug: slug, isRehearsal = false } = input
  const { id, name, retiredAt } = await single.applications.findByName(applicationName)
  if (retiredAt !== null) throw new Conflict(`${name} is retired.`)
  const whoever: Chosen =
    slug === undefined
      ? { isSuspended: false }
      : { organisation: (await single.organisations.find({ slug })).id }
  const chosen: Chosen = { kind: 'person', withoutSignin: id, ...whoever }
  return walk(signon, {
    ...input,
    find: (range) => single.manyUsers.within(range, chosen),
    async act({ email }) {
      const change = { email, applicationName: name, permissions: [], isRehearsal }
      const { changed } = await grantAccess(signon, actor, change)
      return changed.length > 0 ? 'done' : 'unchanged'
    },
  })
}
