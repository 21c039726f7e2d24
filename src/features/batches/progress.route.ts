import type { BatchState } from '#domain/batch.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import { usersInWords } from '#domain/user.ts'
import { thousands } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import type { ListedBatch, ListedRow } from '#store/batch-list.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { batchIdOf } from './batch-id.route.ts'
import { noSuchBatch } from './own-batch.ts'
import { type ProgressView, progressPage } from './progress.page.ts'
import { retryBatch } from './retry-batch.ts'

const rowsOnPage = 100

export const progressRoutes: Routes = (scope, signon) => {
  scope.get(paths.batch, { config: { may: 'look at a batch' } }, async (request, reply) => {
    const [id, asked] = [batchIdOf(request), askedOf(request.query)]
    const { batch, found } = await signon.read(async ({ batchList }) => ({
      batch: await batchList.seek(id),
      found: await batchList.rows(id, {
        after: asked.after,
        outcome: asked.isFailedOnly ? 'failed' : undefined,
        limit: rowsOnPage + 1,
      }),
    }))
    if (!batch) throw noSuchBatch()
    const isOwn = batch.createdBy === sessionOf(request).user.id
    return reply.page(progressPage({ ...batchView(batch, isOwn), ...rowsView(batch, asked, found) }))
  })

  scope.post(paths.batchRetry, { config: { may: 'invite a batch' } }, async (request, reply) => {
    const id = batchIdOf(request)
    const users = await retryBatch(signon, actorOf(request), id)
    if (users > 0) request.browser.say(`Scheduled invitation of ${usersInWords(users)}`)
    else request.browser.say('There is nobody in this batch to try again.', { isSuccess: false })
    return reply.redirect(pathTo(paths.batch, { id }), 303)
  })
}

interface Asked {
  /** Rows behind this one. */
  readonly after: number
  readonly isFailedOnly: boolean
}

const askedOf = (query: unknown): Asked => {
  const after = onlyText(query, 'after') ?? '0'
  if (!/^\d{1,9}$/.test(after))
    throw new Invalid('There is no page of this address. Start from the first users.')
  return { after: Number(after), isFailedOnly: onlyText(query, 'outcome') === 'failed' }
}

type RowsView = Pick<ProgressView, 'isFailedOnly' | 'rows' | 'address' | 'isLater' | 'nextAddress'>

const batchView = (batch: ListedBatch, isOwn: boolean): Omit<ProgressView, keyof RowsView> => ({
  id: batch.id,
  status: statusOf(batch),
  isRunning: batch.state === 'running',
  mayBegin: isOwn && batch.state === 'draft',
  retry: isOwn ? retryOf(batch) : null,
  creator: batch.creator ?? 'An account that is gone',
  uploaded: shortLondonMoment(batch.createdAt),
  users: usersInWords(batch.users),
  invited: usersInWords(batch.invited),
  skipped: usersInWords(batch.skipped),
  failed: usersInWords(batch.failed),
  hasFailed: batch.failed > 0,
})

const processedOf = ({ invited, skipped, failed }: ListedBatch): number => invited + skipped + failed

const statusOf = (batch: ListedBatch): string => {
  const processed = `${thousands(processedOf(batch))} of ${usersInWords(batch.users)} processed.`
  return {
    draft: 'Nobody has been invited yet: permissions have not been chosen.',
    running: `In progress. ${processed}`,
    done: `${usersInWords(batch.users)} processed.${batch.failed > 0 ? ` ${usersInWords(batch.failed)} could not be invited.` : ''}`,
    stopped: `Stopped, because whoever uploaded it may not invite users any more. ${processed}`,
  }[batch.state satisfies BatchState]
}

const retryOf = (batch: ListedBatch): string | null => {
  const left = batch.users - batch.invited - batch.skipped
  if (batch.state === 'stopped') return `Go on with ${usersInWords(left)}`
  return batch.state === 'done' && batch.failed > 0 ? `Try ${usersInWords(batch.failed)} again` : null
}

const rowsView = ({ id }: ListedBatch, asked: Asked, found: readonly ListedRow[]): RowsView => {
  const rows = found.slice(0, rowsOnPage)
  const last = found.length > rowsOnPage ? rows.at(-1) : undefined
  return {
    isFailedOnly: asked.isFailedOnly,
    rows: rows.map((row) => ({ ...row, organisation: row.organisation ?? 'None', outcome: outcomeOf(row) })),
    address: addressOf(id, asked),
    isLater: asked.after > 0,
    nextAddress: last ? addressOf(id, { ...asked, after: last.number }) : null,
  }
}

const outcomeOf = ({ outcome, reason }: ListedRow): string => {
  if (outcome === 'failed') return `Failed: ${reason}`
  return { invited: 'Invited', skipped: 'Skipped: user already existed.', waiting: 'Waiting' }[
    outcome ?? 'waiting'
  ]
}

const addressOf = (id: number, { after, isFailedOnly }: Asked): string => {
  const query = new URLSearchParams({
    ...(isFailedOnly && { outcome: 'failed' }),
    ...(after > 0 && { after: String(after) }),
  }).toString()
  return `${pathTo(paths.batch, { id })}${query && `?${query}`}`
}
