import type { BatchId } from '#domain/batch.ts'
import type { Actor } from '#domain/events.ts'
import { NotFound } from '#kernel/failure.ts'
import { administratorFor } from '#store/administration.ts'
import type { Batch } from '#store/batches.ts'
import type { Work } from '#store/signon.ts'

/** What is said of a batch that is not there, or not for whoever asks. */
export const noSuchBatch = (): NotFound => new NotFound('There is no batch of this number.')

/** The actor’s own batch, held until the transaction ends. Throws `Forbidden`, and `NotFound` for somebody else’s. */
export const lockOwnBatch = async (work: Work, actor: Actor, id: BatchId): Promise<Batch> => {
  await administratorFor(work, actor, 'invite a batch')
  const batch = await work.batches.lock(id)
  if (!batch || actor.userId === undefined || batch.createdBy !== actor.userId) throw noSuchBatch()
  return batch
}
