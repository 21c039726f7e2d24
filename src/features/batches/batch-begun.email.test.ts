import { deepEqual, equal, match } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { BatchId } from '#domain/batch.ts'
import type { User } from '#domain/user.ts'
import { startSignon } from '#test/signon.ts'
import { batchBegunEmail } from './batch-begun.email.ts'
import { startBatch } from './start-batch.ts'
import { uploadBatch } from './upload-batch.ts'

const test = await startSignon()
const { signon } = test
const watched = {
  publicUrl: 'https://signon.example',
  environment: 'integration',
  alertsEmail: 'alerts@example.gov.uk',
}
let ada: User
let batch: BatchId

const orders = async () =>
  (
    await test.rows<{ payload: { mail: string; user: number; batch: number } }>(
      `select payload from graphile_worker._private_jobs job join graphile_worker._private_tasks task on task.id = job.task_id
       where task.identifier = 'send-mail'`,
    )
  ).map(({ payload }) => payload)

before(async () => {
  ada = await test.user('Ada\n Admin', { email: 'ada@example.gov.uk', role: 'admin', twoStep: true })
  const actor = { kind: 'person', userId: ada.id } as const
  const file = Buffer.from('Name,Email\nBen,ben@example.gov.uk\nCat,cat@example.gov.uk')
  const uploaded = await uploadBatch(signon, actor, file)
  batch = 'batch' in uploaded ? uploaded.batch : (0 as BatchId)
  const choice = { organisationId: null, permissions: [], requiresTwoStep: false }
  deepEqual(await startBatch(signon, actor, batch, choice), { users: 2 })
})

describe('the notice of a batch', () => {
  it('is asked for with the batch, once', async () => {
    deepEqual(await orders(), [{ mail: 'batch-begun', user: ada.id, batch }])
  })

  it('goes to those who watch over Signon, under the subject that they look for', async () => {
    const order = { mail: 'batch-begun', user: ada.id, batch } as const
    const letter = await batchBegunEmail(signon, order, watched)
    equal(letter?.to, 'alerts@example.gov.uk')
    equal(letter?.subject, '[SIGNON] Ada Admin created a batch of 2 users in integration')
    match(letter?.text ?? '', new RegExp(`https://signon\\.example/batch_invitations/${batch}\\n`))
    const production = await batchBegunEmail(signon, order, { ...watched, environment: 'production' })
    equal(production?.subject, '[SIGNON] Ada Admin created a batch of 2 users')
  })

  it('goes nowhere when nobody watches, or the batch is gone', async () => {
    const order = { mail: 'batch-begun', user: ada.id, batch } as const
    equal(await batchBegunEmail(signon, order, { ...watched, alertsEmail: undefined }), undefined)
    equal(await batchBegunEmail(signon, { ...order, batch: 999 as BatchId }, watched), undefined)
  })
})
