import type { BatchId } from '#domain/batch.ts'
import { noSuchBatch } from './own-batch.ts'

/** The batch that an address names. Throws `NotFound` for what can be no number of one. */
export const batchIdOf = ({ params }: { readonly params: unknown }): BatchId => {
  const id: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'id') : undefined
  if (typeof id !== 'string' || !/^[1-9]\d{0,8}$/.test(id)) throw noSuchBatch()
  return Number(id) as BatchId
}
