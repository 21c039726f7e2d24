import type { BatchId } from '#domain/batch.ts'
import type { Actor } from '#domain/events.ts'
import { usersInWords } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'
import { lockOwnBatch } from './own-batch.ts'

/**
 * Tries those of a batch again who could not be invited, and those who are left of one that was stopped. The answer is
 * how many: none while the batch runs, or when there is nobody. Throws `NotFound` for somebody else’s.
 */
export const retryBatch = (signon: Signon, actor: Actor, id: BatchId): Promise<number> =>
  signon.transaction(async (work) => {
    const { state } = await lockOwnBatch(work, actor, id)
    if (state !== 'done' && state !== 'stopped') return 0
    const users = await work.batches.startAgain(id)
    const note = `${usersInWords(users)}, tried again`
    if (users > 0) await work.record({ name: 'batch-invited', about: null, batch: id, note }, actor)
    return users
  })
