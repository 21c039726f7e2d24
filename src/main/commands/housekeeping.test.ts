import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '#kernel/clock.ts'
import { testCommands } from '#test/commands.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { run, json, refusal } = testCommands(test)

describe('oauth-access-records delete-expired', () => {
  it('counts, removes and records, and what applications somebody has used stays known (CQ-1)', async () => {
    const ada = await test.user('Ada')
    const whitehall = await test.application('Whitehall')
    await test.rows('insert into user_applications (user_id, application_id) values ($1, $2)', [
      ada.id,
      whitehall.id,
    ])
    const add = (id: number, until: string) =>
      test.rows(
        `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_hash, created_at, expires_at)
         values ($1, $2, $3, '2020-01-01', 'https://whitehall.example', $4, '2020-01-01', $5)`,
        [id, ada.id, whitehall.id, Buffer.alloc(32), until],
      )
    await add(1, '2020-02-01')
    await add(2, '2099-02-01')
    const line = ['oauth-access-records', 'delete-expired']
    const details = [
      { records: 'sessions', count: 0 },
      { records: 'authorizations', count: 1 },
      { records: 'throttles', count: 0 },
    ]
    deepEqual(await json(...line, '--dry-run'), { matched: 1, changed: 0, details, dry_run: true })
    match((await run(...line)).out, /^Deleted 1 expired sign-ins to applications/)
    deepEqual(await test.rows('select id::int from authorizations'), [{ id: 2 }])
    equal((await test.rows('select from user_applications')).length, 1)
    equal((await test.rows('select from events where number = 96')).length, 1)
    equal((await json('oauth-access-grants', 'delete-expired')).changed, 0)
  })
})

describe('events delete-older-than-two-years', () => {
  it('says what would go, drops it, and takes no age', async () => {
    const add = (at: string | Date) =>
      test.rows(`insert into events (created_at, number, actor_kind) values ($1, 11, 'signon')`, [at])
    await test.rows(`select make_event_months('2020-05-01', 1)`)
    await add('2020-05-03')
    await add(systemClock.now())
    const line = ['events', 'delete-older-than-two-years']
    const detail = { part: '2020-05', events: 1, outcome: 'would be deleted' }
    deepEqual(await json(...line, '--dry-run'), { matched: 1, changed: 0, details: [detail], dry_run: true })
    match((await run(...line)).out, /2020-05 {2}1 events {2}deleted\n1 event log entries deleted\./)
    deepEqual(await json(...line), { matched: 0, changed: 0, details: [] })
    equal((await refusal(...line, '--older-than', '1'))[0], 2)
    equal((await refusal(...line, '1'))[0], 2)
  })
})
