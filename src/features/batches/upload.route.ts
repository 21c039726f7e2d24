import { thousands } from '#kernel/count.ts'
import { onlyFile, takeFiles } from '#web/multipart.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes, Scope } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type UploadView, uploadPage } from './upload.page.ts'
import { type UploadFaults, uploadBatch } from './upload-batch.ts'

const mistakesOnPage = 100

export const uploadRoutes: Routes = (scope, signon) => {
  scope.get(paths.batchNew, { config: { may: 'invite a batch' } }, async (_request, reply) =>
    reply.page(uploadPage(uploadView('', {}))),
  )

  // Only here a form may bring a file.
  scope.register(async (own: Scope) => {
    takeFiles(own)
    own.post(paths.batches, { config: { may: 'invite a batch' } }, async (request, reply) => {
      const pasted = onlyText(request.body, 'batch_invitation[pasted]') ?? ''
      const file = onlyFile(request.body, 'batch_invitation[user_names_and_emails]')
      const uploaded = await uploadBatch(signon, actorOf(request), file ?? Buffer.from(pasted.trim()))
      if ('faults' in uploaded) return reply.page(uploadPage(uploadView(pasted, uploaded.faults)), 422)
      return reply.redirect(pathTo(paths.batchPermissions, { id: uploaded.batch }), 303)
    })
  })
}

const uploadView = (pasted: string, { file, rows = [] }: UploadFaults): UploadView => {
  const more = rows.length - mistakesOnPage
  return {
    fileFault: file ?? null,
    mistakes: rows.slice(0, mistakesOnPage),
    mistakesInWords: `There ${rows.length === 1 ? 'is 1 mistake' : `are ${thousands(rows.length)} mistakes`} in the rows`,
    moreMistakes: more > 0 ? thousands(more) : null,
    pasted,
  }
}
