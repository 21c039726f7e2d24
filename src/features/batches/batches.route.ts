import type { BatchId, BatchState } from '#domain/batch.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { usersInWords } from '#domain/user.ts'
import { Invalid } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { ListedBatch } from '#store/batch-list.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type BatchesView, batchesPage } from './batches.page.ts'
import { permissionsRoutes } from './permissions.route.ts'
import { progressRoutes } from './progress.route.ts'
import { uploadRoutes } from './upload.route.ts'

const batchesOnPage = 25

/** Inviting many people at once: the file, what they may do, how it goes, and all batches. */
export const batchRoutes: Routes = (scope, signon) => {
  uploadRoutes(scope, signon)
  permissionsRoutes(scope, signon)
  progressRoutes(scope, signon)

  scope.get(paths.batches, { config: { may: 'look at a batch' } }, async ({ query }, reply) => {
    const before = beforeOf(query)
    const found = await signon.single.batchList.list(before, batchesOnPage + 1)
    const batches = found.slice(0, batchesOnPage)
    const last = found.length > batchesOnPage ? batches.at(-1) : undefined
    return reply.page(
      batchesPage({
        batches: batches.map(lineOf),
        isLater: before !== undefined,
        olderAddress: last ? `${paths.batches}?before=${last.id}` : null,
      }),
    )
  })
}

const beforeOf = (query: unknown): BatchId | undefined => {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'before')) return undefined
  const before = rowNumber(onlyText(query, 'before') ?? '')
  if (before === undefined)
    throw new Invalid('There is no page of this address. Start from the newest batches.')
  return before as BatchId
}

const states = {
  draft: 'Not sent yet',
  running: 'In progress',
  done: 'Finished',
  stopped: 'Stopped',
} as const satisfies Record<BatchState, string>

const lineOf = (batch: ListedBatch): BatchesView['batches'][number] => ({
  href: pathTo(paths.batch, { id: batch.id }),
  uploaded: shortLondonMoment(batch.createdAt),
  creator: batch.creator ?? 'An account that is gone',
  users: usersInWords(batch.users),
  state:
    batch.failed > 0 ? `${states[batch.state]}, ${usersInWords(batch.failed)} failed` : states[batch.state],
})
