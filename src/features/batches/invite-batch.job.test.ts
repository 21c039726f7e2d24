import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { BatchId } from '#domain/batch.ts'
import type { Jobs } from '#domain/jobs.ts'
import type { Signon } from '#store/signon.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'
import { inviteBatch } from './invite-batch.job.ts'
import { startBatch } from './start-batch.ts'
import { uploadBatch } from './upload-batch.ts'

const test = await startSignon()
const { signon, rows } = test
const queue = testQueue(test)
const silent = { error: () => undefined }

const whitehall = await test.application('Whitehall', { permissions: ['editor'], supportsPushUpdates: false })
const publisher = await test.application('Publisher', { permissions: ['editor'], supportsPushUpdates: false })
const chosen = await Promise.all(
  [whitehall, publisher].flatMap(({ id }) =>
    ['signin', 'editor'].map((name) => signon.single.grants.findPermission(id, name)),
  ),
)
const ada = await test.user('Ada', { role: 'admin', twoStep: true })
const actor = { kind: 'person', userId: ada.id } as const

let made = 0
beforeEach(() => {
  made += 1
})
const emailOf = (row: number) => `user.${made}.${row}@example.gov.uk`

/** A batch of so many people that waits for the worker. */
const scheduled = async (people: number, from = 0, permissions = chosen): Promise<BatchId> => {
  const lines = Array.from({ length: people }, (_, row) => `User ${row},${emailOf(from + row)}`)
  const uploaded = await uploadBatch(signon, actor, Buffer.from(['Name,Email', ...lines].join('\n')))
  ok('batch' in uploaded)
  const choice = { organisationId: null, permissions, requiresTwoStep: false }
  deepEqual(await startBatch(signon, actor, uploaded.batch, choice), { users: people })
  return uploaded.batch
}

const waitingJobs = () =>
  rows<{ payload: Jobs['invite-batch'] }>(
    `delete from graphile_worker._private_jobs job using graphile_worker._private_tasks task
     where task.id = job.task_id and task.identifier = 'invite-batch' returning job.payload`,
  )

/** Does what waits, and what is queued by that, until nothing is left. At most one job of a batch ever waits. */
const drain = async (): Promise<number> => {
  for (let jobs = 0; ; jobs += 1) {
    const [job, ...others] = await waitingJobs()
    deepEqual(others, [])
    if (!job) return jobs
    await inviteBatch(signon, silent)(job.payload)
  }
}

const outcomes = async (batch: BatchId) => {
  const { state, invited, skipped, failed } = (await signon.single.batchList.seek(batch)) ?? {}
  return { state, invited, skipped, failed }
}
/** How often each of this test’s people was mailed, was recorded as invited, has an account, and must use 2-step verification. */
const invitations = async () => {
  const mine = `user.${made}.%`
  const [counts] = await rows(
    `select (select count(*) from users where email like $1)::integer as accounts,
      (select count(*) from events e join users u on u.uid = e.about_uid where u.email like $1 and e.number = 37)::integer as events,
      (select count(*) from events e join users u on u.uid = e.about_uid where u.email like $1 and e.number = 42)::integer as mandates,
      (select count(*) from grants g join users u on u.id = g.user_id where u.email like $1)::integer as grants,
      (select count(*) from graphile_worker._private_jobs j
         join graphile_worker._private_tasks t on t.id = j.task_id and t.identifier = 'send-mail'
         join users u on u.id = (j.payload ->> 'user')::integer where u.email like $1)::integer as mails`,
    [mine],
  )
  return counts
}
/** Of people without an organisation 2-step verification is required, of which a second mail tells them. */
const all = (people: number) => ({
  accounts: people,
  events: people,
  mandates: people,
  grants: 4 * people,
  mails: 2 * people,
})

describe('inviting a batch', () => {
  it('invites many people, chunk after chunk, each of them once', async () => {
    const batch = await scheduled(1000, 0, chosen.slice(0, 1))
    equal(await drain(), 21)
    deepEqual(await outcomes(batch), { state: 'done', invited: 1000, skipped: 0, failed: 0 })
    deepEqual(await invitations(), { ...all(1000), grants: 1000 })
  })

  it('goes on where a worker was killed, and sends nothing twice', async () => {
    const batch = await scheduled(120)
    const [job] = await waitingJobs()
    ok(job)
    await inviteBatch(signon, silent)(job.payload)
    deepEqual(await invitations(), all(50))

    // The second chunk dies with thirty people done: none of them is.
    const [second] = await waitingJobs()
    ok(second)
    await rejects(inviteBatch(dyingAfter(30), silent)(second.payload), { code: 'unavailable' })
    deepEqual(await invitations(), all(50))
    equal((await outcomes(batch)).state, 'running')
    deepEqual(await waitingJobs(), [])

    await signon.single.jobs.add({ name: 'invite-batch', payload: second.payload })
    equal(await drain(), 2)
    deepEqual(await invitations(), all(120))
    deepEqual(await outcomes(batch), { state: 'done', invited: 120, skipped: 0, failed: 0 })
  })

  it('is done by several workers at once, and sends nothing twice', async () => {
    const batch = await scheduled(230)
    await waitingJobs()
    for (let round = 0; round < 2; round += 1)
      await Promise.all([1, 2, 3].map(() => inviteBatch(signon, silent)({ batch })))
    deepEqual(await invitations(), all(230))
    equal((await outcomes(batch)).state, 'done')
    await inviteBatch(signon, silent)({ batch })
    deepEqual(await invitations(), all(230))
  })

  it('invites whoever is in two batches once, and neither waits for the other for ever', async () => {
    const batches = [await scheduled(49), await scheduled(49)]
    await Promise.all(batches.map((batch) => inviteBatch(signon, silent)({ batch })))
    deepEqual(await invitations(), all(49))
    const counts = await Promise.all(batches.map(outcomes))
    deepEqual(
      counts.map(({ state, failed }) => [state, failed]),
      [
        ['done', 0],
        ['done', 0],
      ],
    )
    equal(
      counts.reduce((sum, { skipped }) => sum + (skipped ?? 0), 0),
      49,
    )
  })

  it('skips who is invited by somebody else meanwhile', async () => {
    const batch = await scheduled(2)
    const rival = await signon.transaction(async (work) => {
      const person = { kind: 'person', name: 'Rival', role: 'normal', organisationId: null } as const
      await work.users.add({ ...person, email: emailOf(0), passwordHash: null })
      const invited = inviteBatch(signon, silent)({ batch })
      // The batch has seen nobody of this address, and waits for us at it.
      await untilSomebodyWaits(test)
      return { invited }
    })
    await rival.invited
    deepEqual(await outcomes(batch), { state: 'done', invited: 1, skipped: 1, failed: 0 })
  })

  it('keeps why one of them failed, undoes what was begun, and goes on with the others', async () => {
    const batch = await scheduled(3)
    await rows(`create function refuse() returns trigger language plpgsql as $$
      begin if new.invited_at is not null and new.email like '%.1@%' then raise exception 'out of order'; end if;
      return new; end $$`)
    await rows('create trigger refuse before update on users for each row execute function refuse()')
    const log: object[] = []
    await inviteBatch(signon, { error: (facts) => void log.push(facts) })({ batch })
    await rows('drop trigger refuse on users')
    deepEqual(await outcomes(batch), { state: 'done', invited: 2, skipped: 0, failed: 1 })
    deepEqual(await invitations(), all(2))
    deepEqual(log, [{ batch, row: 3, reason: 'error: out of order' }])
    const [row] = await rows(
      `select number, reason from batch_rows where batch_id = $1 and outcome = 'failed'`,
      [batch],
    )
    deepEqual(row, { number: 3, reason: 'Signon could not make this account.' })
  })

  it('gives no permission that may not be given any more', async () => {
    const batch = await scheduled(1)
    await rows('update applications set retired_at = $1 where id = $2', [test.clock.now(), publisher.id])
    await rows(
      `update permissions set is_grantable_from_ui = false where application_id = $1 and name = 'editor'`,
      [whitehall.id],
    )
    await drain()
    await rows('update applications set retired_at = null')
    await rows('update permissions set is_grantable_from_ui = true')
    equal((await outcomes(batch)).invited, 1)
    const { id } = await signon.single.users.findByEmail(emailOf(0))
    deepEqual(
      [await signon.single.grants.held(id, whitehall.id), await signon.single.grants.held(id, publisher.id)],
      [['signin'], []],
    )
  })

  it('does nothing with a batch that is not begun, has ended, or is not there', async () => {
    const uploaded = await uploadBatch(signon, actor, Buffer.from(`Name,Email\nA,${emailOf(0)}`))
    ok('batch' in uploaded)
    for (const batch of [uploaded.batch, 999_999 as BatchId]) await inviteBatch(signon, silent)({ batch })
    deepEqual(await invitations(), all(0))
  })

  it('is done by the worker, one batch after another', async (t) => {
    const batches = [await scheduled(60), await scheduled(20, 60)]
    await queue.worker(t)
    await until(async () => (await Promise.all(batches.map(outcomes))).every(({ state }) => state === 'done'))
    await until(queue.isDone)
    const counts = { ...all(80), mails: 0 }
    deepEqual(await invitations(), counts)
  })
})

/** A Signon whose database connection is cut once so many people are invited in one transaction. */
const dyingAfter = (people: number): Signon => ({
  ...signon,
  transaction: (working) =>
    signon.transaction((work) => {
      let invited = 0
      const apart: typeof work.batches.apart = async (inviting) => {
        await work.batches.apart(inviting)
        invited += 1
        if (invited === people)
          await rows(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and state = 'idle in transaction'`,
          )
      }
      return working({ ...work, batches: { ...work.batches, apart } })
    }),
})
