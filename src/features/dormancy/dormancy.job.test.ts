import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scheduleIn, withoutCluster } from '#domain/jobs.ts'
import { after, day } from '#kernel/clock.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'
import { dormancyJobs } from './dormancy.job.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const queue = testQueue(test)

const known = async (): Promise<readonly string[]> =>
  (
    await rows<{ identifier: string }>(
      'select identifier from graphile_worker._private_known_crontabs order by 1',
    )
  ).map(({ identifier }) => identifier)
const started = (environment: string) => ({
  place: { publicUrl: test.issuer, environment },
  schedule: scheduleIn(environment, withoutCluster),
})

describe('accounts that nobody uses', () => {
  it('are looked after by the calendar, but in staging, where people are copies', async (t) => {
    const { stop } = await queue.worker(t, started('staging'))
    await until(async () => (await known()).length > 0)
    deepEqual(await known(), [
      'count-application-months',
      'delete-old-events',
      'make-event-months',
      'purge-expired',
      'renew-internal-tokens',
    ])
    await stop()
    await queue.worker(t, started('integration'))
    await until(async () => (await known()).length > 5)
    deepEqual(await known(), Object.keys(scheduleIn('integration', withoutCluster)).sort())
  })

  it('are suspended by Signon itself, and what came of it is logged without addresses', async () => {
    const [ada, bad] = [await test.user('Ada'), await test.user('Bad')]
    await rows('update sign_in_states set last_signed_in_at = $1', [after(clock.now(), -50 * day)])
    await rows(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
      create trigger refuse before update on users for each row when (old.id = ${bad.id}) execute function refuse()`)
    const log: object[] = []
    const journal = {
      info: (facts: object) => void log.push(facts),
      error: (facts: object) => void log.push(facts),
    }
    await dormancyJobs(signon, journal)['suspend-inactive']()

    deepEqual(log, [
      { job: 'suspend-inactive', user: bad.id, reason: 'error: no' },
      { job: 'suspend-inactive', run: 'suspendInactive', matched: 2, changed: 1 },
    ])
    const [event] = await rows<{ number: number; actor_kind: string }>(
      'select number, actor_kind from events where about_uid = $1',
      [ada.uid],
    )
    deepEqual(event, { number: 4, actor_kind: 'signon' })
    equal((await signon.single.users.seek(bad.id))?.suspendedAt, null)
  })
})
