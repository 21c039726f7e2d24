import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

const record = async (at: string) => {
  await test.rows(`insert into events (created_at, number, actor_kind) values ($1, 11, 'signon')`, [at])
}
const partitionOf = async (at: string) =>
  (
    await test.rows<{ name: string }>(
      'select tableoid::regclass::text as name from events where created_at = $1',
      [at],
    )
  )[0]?.name

describe('the log', () => {
  it('keeps each event in the partition of its month, and any other in one for all the rest', async () => {
    await test.rows(`select make_event_months('2026-11-15', 2)`)
    await record('2026-11-30T23:59:59.999Z')
    await record('2026-12-01T00:00:00Z')
    await record('2031-01-01T00:00:00Z')
    equal(await partitionOf('2026-11-30T23:59:59.999Z'), 'events_2026_11')
    equal(await partitionOf('2026-12-01T00:00:00Z'), 'events_2026_12')
    equal(await partitionOf('2031-01-01T00:00:00Z'), 'events_other')
  })

  it('is not rewritten, deleted or emptied, as a whole or a month at a time', async () => {
    await record('2026-11-02T00:00:00Z')
    for (const attempt of [
      `update events set note = 'x'`,
      'delete from events',
      'truncate events',
      'update events_2026_11 set number = 1',
      'delete from events_2026_11',
      'truncate events_2026_11',
      'truncate events_other',
    ])
      await rejects(test.rows(attempt), /events are never changed or deleted/, attempt)
  })

  it('gets the other months even when one has its events elsewhere already', async () => {
    await record('2041-03-10T00:00:00Z')
    await test.rows(`select make_event_months('2041-02-01', 4)`)
    const made = await test.rows<{ name: string }>(
      `select relname as name from pg_class where relname like 'events_2041_%' and relkind = 'r' order by 1`,
    )
    deepEqual(
      made.map(({ name }) => name),
      ['events_2041_02', 'events_2041_04', 'events_2041_05'],
    )
    equal(await partitionOf('2041-03-10T00:00:00Z'), 'events_other')
  })
})
