import { deepEqual, match } from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after as afterTests, describe, it } from 'node:test'
import { day, after as later, systemClock } from '#kernel/clock.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { feedCheck, runningChecks } from './doctor-running.ts'

const test = await startSignon()
const place = { environment: 'staging', scheduleChanges: { 'end-exemptions': 'off' } } as const
let status = 200
const website = createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(200).end('{}')
  else
    response.writeHead(request.url === '/api/organisations' ? status : 404, { location: '/moved' }).end('{}')
})
await new Promise<void>((listening) => website.listen(0, '127.0.0.1', listening))
const websiteRoot = `http://127.0.0.1:${(website.address() as AddressInfo).port}`
afterTests(() => website.close())

const verdicts = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await runningChecks(test.signon, place)).map(({ name, verdict }) => [name, verdict]))
const messageOf = async (name: string): Promise<string> =>
  (await runningChecks(test.signon, place)).find((check) => check.name === name)?.message ?? ''

describe('the doctor', () => {
  it('finds nothing where all is well, but that nobody is at work', async () => {
    deepEqual(await verdicts(), { connections: 'ok', workers: 'note', queue: 'ok', schedule: 'ok' })
  })

  it('finds jobs that wait for too long, and those that failed for good', async () => {
    const application = await test.application('Waits')
    for (const name of ['One', 'Two']) {
      const { id } = await test.user(name)
      const payload = { user: id, application: application.id }
      await test.signon.single.jobs.add({ name: 'push-user-update', payload })
    }
    await test.rows("update graphile_worker._private_jobs set run_at = run_at - interval '10 minutes'")
    match(await messageOf('queue'), /due for 10 minutes. Start more workers/)
    await test.rows('update graphile_worker._private_jobs set attempts = max_attempts')
    match(await messageOf('queue'), /^2 failed for good/)
    await test.rows('delete from graphile_worker._private_jobs')
  })

  it('finds scheduled jobs that ended well too long ago', async () => {
    const ended = (task: string, days: number) =>
      test.rows(
        `insert into job_runs (task, job_id, worker, began_at, ended_at, outcome) values ($1, 1, 'w', $2, $2, 'done')`,
        [task, later(systemClock.now(), -days * day)],
      )
    await ended('purge-expired', 3)
    match(await messageOf('schedule'), /^purge-expired did not end well for 2 days/)
    await ended('purge-expired', 1)
    deepEqual((await verdicts())['schedule'], 'ok')
  })

  it('asks for nothing that is not scheduled here, and finds what never ended well', async () => {
    const began = (task: string, outcome: string) =>
      test.rows(
        `insert into job_runs (task, job_id, worker, began_at, ended_at, outcome) values ($1, 1, 'w', $2, $2, $3)`,
        [task, later(systemClock.now(), -3 * day), outcome],
      )
    // Nobody is suspended in a copy, and the other was turned off.
    for (const task of ['suspend-inactive', 'end-exemptions']) await began(task, 'done')
    deepEqual((await verdicts())['schedule'], 'ok')
    await began('make-event-months', 'failed')
    match(await messageOf('schedule'), /^make-event-months did not end well for 2 days/)
  })

  it('asks the website for organisations', async () => {
    const verdict = async () => (await feedCheck({ websiteRoot })).verdict
    deepEqual(await verdict(), 'ok')
    // The import follows no redirect.
    for (status of [404, 301]) deepEqual(await verdict(), 'mend', `${status}`)
    const away = await feedCheck({ websiteRoot: `http://127.0.0.1:${await freePort()}` })
    deepEqual(away.verdict, 'note')
    match(away.message, /does not answer \(ECONNREFUSED\)/)
  })
})
