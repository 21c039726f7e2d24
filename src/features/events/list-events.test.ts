import { deepEqual, rejects } from 'node:assert/strict'
import { it } from 'node:test'
import { operator, startSignon } from '#test/signon.ts'
import { listEvents } from './list-events.ts'

const test = await startSignon()
const { signon, clock } = test

const record = async (
  name: 'account-suspended' | 'account-unsuspended',
  about: Awaited<ReturnType<typeof test.user>>,
) => {
  clock.step(1000)
  await signon.transaction((work) => work.record({ name, about }, operator))
}

it('tells of the newest events first, of everybody or of one account', async () => {
  const [ada, ben] = [await test.user('Ada'), await test.user('Ben')]
  await record('account-suspended', ada)
  await record('account-suspended', ben)
  await record('account-unsuspended', ada)

  const told = async (email?: string, limit = 10) =>
    (await listEvents(signon, operator, { email, limit })).map((event) => [
      event.aboutEmail,
      event.number,
      event.actor,
    ])
  deepEqual(await told(), [
    [ada.email, 3, 'test'],
    [ben.email, 2, 'test'],
    [ada.email, 2, 'test'],
  ])
  deepEqual(await told('ADA@example.gov.uk'), [
    [ada.email, 3, 'test'],
    [ada.email, 2, 'test'],
  ])
  deepEqual(await told(undefined, 1), [[ada.email, 3, 'test']])
})

it('keeps the log from people, and knows no strangers', async () => {
  await rejects(listEvents(signon, { kind: 'person' }, { limit: 1 }), { code: 'forbidden' })
  await rejects(listEvents(signon, operator, { email: 'nobody@example.gov.uk', limit: 1 }), {
    code: 'not-found',
  })
})
