import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { day } from '#kernel/clock.ts'
import { operator, startSignon } from '#test/signon.ts'
import { deleteOldEventsJob } from './delete-old-events.job.ts'
import { deleteOldEvents } from './delete-old-events.ts'

const test = await startSignon()
const { signon, clock, rows } = test
// The clock stands at 2 November 2026, 09:30.
const start = clock.now()

const addEvent = (at: string | Date) =>
  rows(`insert into events (created_at, number, actor_kind) values ($1, 11, 'signon')`, [at])
const makeMonth = (month: string) => rows('select make_event_months($1::date, 1)', [`${month}-01`])
const months = async (): Promise<readonly string[]> =>
  (
    await rows<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'events'::regclass and c.relname < 'events_2026' order by 1`,
    )
  ).map(({ name }) => name)
const oldEvents = async (): Promise<readonly string[]> =>
  (
    await rows<{ at: Date }>(`select created_at as at from events where created_at < '2026-01-01' order by 1`)
  ).map(({ at }) => at.toISOString())
const notes = async (): Promise<readonly string[]> =>
  (await rows<{ note: string }>('select note from events where number = 94 order by id')).map(
    ({ note }) => note,
  )
const run = (isRehearsal = false) => deleteOldEvents(signon, operator, { isRehearsal })

/** Somebody who is in the middle of writing to the log. */
const whileSomebodyWrites = (doing: () => Promise<void>): Promise<void> =>
  signon.transaction(async (work) => {
    await work.record({ name: 'signed-in', about: null }, operator)
    await doing()
  })

describe('removing what of the log is two years old', () => {
  beforeEach(async () => {
    clock.step(start.getTime() - clock.now().getTime())
    for (const name of await months()) await rows(`drop table ${name}`)
    await rows('drop table events_other')
    await rows('create table events_other partition of events default')
    for (const month of ['2024-09', '2024-10', '2024-11', '2026-11']) await makeMonth(month)
    for (const at of [
      '2024-09-15',
      '2024-10-01T00:00:00Z',
      '2024-10-31T23:59:59.999Z',
      '2024-11-01T00:00:00Z',
    ])
      await addEvent(at)
    await addEvent(start)
  })

  it('drops whole months from the instant at which their last one is that old, and says so in the log', async () => {
    deepEqual(await run(), [
      { part: '2024-09', events: 1, outcome: 'dropped' },
      { part: '2024-10', events: 2, outcome: 'dropped' },
    ])
    deepEqual(await months(), ['events_2024_11'])
    deepEqual(await oldEvents(), ['2024-11-01T00:00:00.000Z'])
    deepEqual((await notes()).slice(-2), ['2024-09: 1 events', '2024-10: 2 events'])
    deepEqual(await run(), [])
  })

  it('keeps a month of which the last day is younger', async () => {
    clock.step(new Date('2026-10-31T23:59:59Z').getTime() - start.getTime())
    await addEvent(clock.now())
    deepEqual(
      (await run()).map(({ part }) => part),
      ['2024-09'],
    )
    clock.step(1000)
    await addEvent(clock.now())
    deepEqual(
      (await run()).map(({ part }) => part),
      ['2024-10'],
    )
  })

  it('takes nothing that is younger, whatever clock or argument says so', async () => {
    clock.step(10 * 365 * day)
    deepEqual(
      (await run()).map(({ part }) => part),
      ['2024-09', '2024-10'],
    )
    await rejects(rows(`select drop_event_month('2024-11-01', '2099-01-01')`), /not two years old/)
    await rejects(rows(`select drop_event_month('2026-11-01', '2099-01-01')`), /not two years old/)
    deepEqual(await rows(`select drop_event_month('2001-01-01', '2099-01-01') as gone`), [{ gone: null }])
    deepEqual(await months(), ['events_2024_11'])
  })

  it('changes nothing in a rehearsal', async () => {
    equal((await run(true)).length, 2)
    equal((await months()).length, 3)
  })

  it('removes old events for which nobody had made a month, and keeps the others and all that guards them', async () => {
    await addEvent('2024-05-01')
    await addEvent('2025-05-01')
    await addEvent(start)
    deepEqual((await run()).at(-1), { part: 'without a month', events: 1, outcome: 'dropped' })
    deepEqual(await oldEvents(), ['2024-11-01T00:00:00.000Z', '2025-05-01T00:00:00.000Z'])
    await addEvent('2025-06-01')
    await rejects(rows(`delete from events where created_at < '2026-01-01'`), /never changed or deleted/)
    await rejects(rows(`delete from events_other`), /never changed or deleted/)
    await rejects(rows(`update events set note = 'x'`), /never changed or deleted/)
    await rejects(rows('truncate events_other'), /never changed or deleted/)
    await addEvent('2024-04-01')
    await addEvent(start)
    deepEqual((await run()).at(-1), { part: 'without a month', events: 1, outcome: 'dropped' })
    equal((await oldEvents()).length, 3)
  })

  it('lets those pass who use the log: it gives up, changes nothing, and is tried again', async () => {
    await whileSomebodyWrites(async () => {
      const parts = await run()
      deepEqual(
        parts.map(({ outcome }) => outcome),
        ['busy', 'busy'],
      )
      await rejects(deleteOldEventsJob(signon)(), { code: 'unavailable' })
    })
    equal((await months()).length, 3)
    deepEqual(await deleteOldEventsJob(signon)(), { months: 2, events: 3 })
  })

  it('by several at once drops each month once', async () => {
    const before = (await notes()).length
    await Promise.all([run(), run(), run()])
    deepEqual(await months(), ['events_2024_11'])
    equal((await notes()).length - before, 2)
    match((await notes()).at(-1) ?? '', /2024-10: 2 events/)
  })

  it('takes a month that goes while it looks for one that is gone, not for one that must stay', async () => {
    for (let round = 0; round < 40; round += 1) {
      await makeMonth('2024-09')
      await makeMonth('2024-10')
      await Promise.all([run(), run(), run(), run(), run(), run()])
      deepEqual(await months(), ['events_2024_11'])
    }
  })

  it('is nobody’s but the operators’', async () => {
    const root = await test.user('Root', { role: 'superadmin' })
    await rejects(deleteOldEvents(signon, { kind: 'person', userId: root.id }), { code: 'forbidden' })
  })
})
