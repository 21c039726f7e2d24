import type { BatchId } from '#domain/batch.ts'
import { rowNumber } from '#kernel/token.ts'
import { onlyText } from '#web/urlencoded.ts'
import { noSuchBatch } from './own-batch.ts'

/** The batch that an address names. Throws `NotFound` for what can be no number of one. */
export const batchIdOf = ({ params }: { readonly params: unknown }): BatchId => {
  const id = rowNumber(onlyText(params, 'id') ?? '')
  if (id === undefined) throw noSuchBatch()
  return id as BatchId
}
