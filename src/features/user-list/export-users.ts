import type { ApplicationId } from '#domain/application.ts'
import { noteOfNames } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import type { UserFilter } from '#domain/user-filter.ts'
import { administratorFor } from '#store/administration.ts'
import type { ExportedUser } from '#store/listed-users.ts'
import type { Signon } from '#store/signon.ts'
import { filterOf, narrowing, type UserQuery } from './user-query.ts'

const usersAtOnce = 1000

/** Everybody who was asked for, some at a time. */
export interface UserExport {
  /** Whose permissions are told, in order. */
  readonly applications: readonly { readonly id: ApplicationId; readonly name: string }[]
  readonly batches: AsyncGenerator<readonly ExportedUser[], void>
}

/**
 * Begins to export the people whom the actor looks after, and records it: by what they were narrowed, not what was
 * searched. Who they are is settled now; the right is asked for again with each batch. Throws `Forbidden`.
 */
export const exportUsers = (signon: Signon, actor: Actor, query: UserQuery): Promise<UserExport> =>
  signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'list users')
    const names = narrowing(query)
    const note = names.length > 0 ? noteOfNames(names) : undefined
    await work.record({ name: 'users-exported', about: null, ...(note !== undefined && { note }) }, actor)
    const ids = await work.userList.matchingIds(administrator, filterOf(query))
    return {
      applications: await work.userList.applications(),
      batches: batchesOf(signon, actor, filterOf(query), ids),
    }
  })

async function* batchesOf(
  signon: Signon,
  actor: Actor,
  filter: UserFilter,
  ids: Int32Array,
): AsyncGenerator<readonly ExportedUser[], void> {
  for (let from = 0; from < ids.length; from += usersAtOnce)
    yield await signon.read(async (stores) => {
      const administrator = await administratorFor(stores, actor, 'list users')
      return stores.userList.exported(administrator, filter, ids.subarray(from, from + usersAtOnce))
    })
}
