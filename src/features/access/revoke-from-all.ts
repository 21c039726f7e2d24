import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { type Run, type RunOptions, walk } from '#store/walk.ts'
import { revokeAccess } from './revoke-access.ts'

export interface RevokeFromAll extends RunOptions {
  readonly applicationName: string
}

/**
 * Takes everything that anybody holds on an application away, from people and API users; their tokens and codes for it
 * end. A retired application is no exception. Throws `NotFound` for an unknown one.
 */
export const revokeFromAll = async (signon: Signon, actor: Actor, input: RevokeFromAll): Promise<Run> => {
  enforce(mayAdminister(actor, 'change everybody at once'))
  const { id: holding, name: applicationName } = await signon.single.applications.findByName(
    input.applicationName,
  )
  const { isRehearsal = false } = input
  return walk(signon, {
    ...input,
    find: (range) => signon.single.manyUsers.within(range, { holding }),
    async act({ email }) {
      const { changed } = await revokeAccess(signon, actor, {
        email,
        applicationName,
        permissions: [],
        isRehearsal,
      })
      return changed.length > 0 ? 'done' : 'unchanged'
    },
  })
}
