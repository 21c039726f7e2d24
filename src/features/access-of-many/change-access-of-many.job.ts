import type { AccessChangeId, AccessOfMany } from '#domain/access-of-many.ts'
import type { Jobs } from '#domain/jobs.ts'
import type { UserId } from '#domain/user.ts'
import { Failure, Forbidden } from '#kernel/failure.ts'
import { administratorFor, lockUserFor } from '#store/administration.ts'
import { changePermissions } from '#store/permission-change.ts'
import type { Signon, Work } from '#store/signon.ts'

/**
 * Changes the access of one user after another, each in a transaction of their own: one who fails stops nobody, and a
 * job that was killed goes on where it stopped. Rights are looked at anew for each, because they may have changed.
 */
export const changeAccessOfMany =
  (signon: Signon) =>
  async ({ change: id }: Jobs['change-access-of-many']): Promise<void> => {
    const change = await signon.single.accessOfMany.seek(id)
    if (!change || change.startedAt === null || change.endedAt !== null) return
    try {
      while (await changeNext(signon, change)) {
        // On to the next, until nobody waits.
      }
    } catch (error) {
      if (!(error instanceof NoRight)) throw error
      await signon.single.accessOfMany.end(id, 'The person who began it may not do this any more.')
    }
    await signon.single.accessOfMany.end(id)
  }

/** Whoever began the change has lost the right to it. */
class NoRight extends Error {}

const changeNext = async (signon: Signon, change: AccessOfMany): Promise<boolean> => {
  let user: UserId | undefined
  try {
    return await signon.transaction(async (work) => {
      user = await work.accessOfMany.takeNext(change.id)
      if (user === undefined) return false
      await changeOne(work, change, user)
      return true
    })
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'unavailable' || user === undefined) throw error
    await noteFailure(signon, change.id, user, error.message)
    return true
  }
}

const changeOne = async (work: Work, change: AccessOfMany, id: UserId): Promise<void> => {
  const actor = { kind: 'person', userId: change.begunBy } as const
  const administrator = await administratorFor(work, actor, 'change access of many').catch(
    (error: unknown) => {
      throw error instanceof Forbidden ? new NoRight() : error
    },
  )
  const user = await lockUserFor(work, actor, 'change access of many', { id, kind: 'person' })
  const { permissions, isGiving, application } = change
  const { added, removed } = await changePermissions(work, actor, administrator, user, application.id, {
    add: isGiving ? permissions : [],
    remove: isGiving ? [] : permissions,
  })
  await work.accessOfMany.note(change.id, id, added.length + removed.length > 0 ? 'changed' : 'unchanged')
}

const noteFailure = (signon: Signon, id: AccessChangeId, user: UserId, reason: string): Promise<void> =>
  signon.single.accessOfMany.note(id, user, 'failed', reason)
