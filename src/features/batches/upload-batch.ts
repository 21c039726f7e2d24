import { areHeaders, type BatchId, type RowFault, readBatch, rowFaults } from '#domain/batch.ts'
import type { Actor } from '#domain/events.ts'
import { after, day } from '#kernel/clock.ts'
import { invariant } from '#kernel/failure.ts'
import { readCsv } from '#outside/csv.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/** What is wrong with a file: all of it, or some of its rows. */
export interface UploadFaults {
  readonly file?: string
  readonly rows?: readonly RowFault[]
}

export type Uploaded = { readonly batch: BatchId } | { readonly faults: UploadFaults }

/** How long a batch is kept that nobody sends. */
const draftDays = 7

/**
 * Keeps the people of a file as a batch that is not sent yet. Nothing is kept of a file in which anything is wrong
 * (`reference/admin-ui.md` 6.2 and 13, observation 9).
 */
export const uploadBatch = async (signon: Signon, actor: Actor, bytes: Uint8Array): Promise<Uploaded> => {
  await administratorFor(signon.single, actor, 'invite a batch')
  if (bytes.length === 0) return { faults: { file: 'You must upload a file, or paste its rows' } }
  const csv = readCsv(bytes, areHeaders)
  if ('fault' in csv) return { faults: { file: csv.fault } }
  const read = readBatch(csv.table)
  if ('fault' in read) return { faults: { file: read.fault } }

  return signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'invite a batch')
    invariant(administrator.kind === 'person', 'a file is uploaded in a page')
    const slugs = read.rows.flatMap(({ organisationSlug }) => organisationSlug ?? [])
    const organisations = await work.batches.organisationsNamed([...new Set(slugs)])
    const faults = rowFaults(read.rows, organisations)
    if (faults.length > 0) return { faults: { rows: faults } }

    await work.batches.forgetDrafts(after(work.now, -draftDays * day))
    const rows = read.rows.map((row) => ({
      ...row,
      organisationId: organisations.get(row.organisationSlug ?? '')?.id ?? null,
    }))
    return { batch: await work.batches.add({ createdBy: administrator.id, encoding: csv.encoding, rows }) }
  })
}
