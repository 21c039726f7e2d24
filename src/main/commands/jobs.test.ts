import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scheduledJobNames } from '#domain/jobs.ts'
import { after, day, systemClock } from '#kernel/clock.ts'
import { readConfig } from '#main/config.ts'
import { startSignon } from '#test/signon.ts'
import type { Answer, Command } from './command.ts'
import { jobCommands } from './jobs.ts'

const test = await startSignon()
const settings = {
  DATABASE_URL: test.databaseUrl,
  SIGNON_URL: test.issuer,
  SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SIGNON_MAIL: 'folder:/nowhere',
  SIGNON_SCHEDULE: 'end-exemptions=off;purge-expired=1 2 * * 0',
  USER: 'ops',
}

const run = (words: string, operands: Readonly<Record<string, string>> = {}): Promise<Answer | undefined> => {
  const command = jobCommands.find((one): one is Command => one.words === words)
  return command?.run({ operands, options: {} }, settings) ?? Promise.reject(new Error(words))
}

describe('jobs by command', () => {
  it('are done now, in numbers, and leave a run and an event', async () => {
    const answer = await run('jobs run', { name: 'warn-of-expiring-tokens' })
    deepEqual(answer, {
      document: { job: 'warn-of-expiring-tokens', did: { warned: 0, failed: 0 } },
      lines: ['Done: Nothing to do.'],
    })
    deepEqual(await test.rows('select task, job_id, outcome, did from job_runs'), [
      { task: 'warn-of-expiring-tokens', job_id: null, outcome: 'done', did: { warned: 0, failed: 0 } },
    ])
    deepEqual(await test.rows('select actor_kind, note from events where number = 99'), [
      { actor_kind: 'console', note: '(Warn of expiring API tokens)' },
    ])
    deepEqual(await test.jobs(), [])
  })

  it('count as failed when something of them failed', async () => {
    const expiresAt = after(systemClock.now(), 3 * day)
    await test.machine('Robot', await test.application('Robots'), { expiresAt })
    await test.rows('alter table api_token_notices rename to elsewhere')
    const answer = await run('jobs run', { name: 'warn-of-expiring-tokens' })
    await test.rows('alter table elsewhere rename to api_token_notices')
    deepEqual(answer?.document, { job: 'warn-of-expiring-tokens', did: { warned: 0, failed: 1 } })
    match(answer?.problem ?? '', /^1 failed\. Run it again/)
  })

  it('fail with the reason, which is kept', async () => {
    const failure = await run('jobs run', { name: 'sync-app-secrets' }).then(
      () => '',
      ({ message }: Error) => message,
    )
    match(failure, /No cluster/)
    deepEqual(await test.rows(`select outcome, reason from job_runs where task = 'sync-app-secrets'`), [
      { outcome: 'failed', reason: failure },
    ])
  })

  it('are refused when there is none of that name', async () => {
    const failure = await run('jobs run', { name: 'send-mail' }).then(
      () => '',
      ({ message }: Error) => message,
    )
    match(failure, /^There is no scheduled job send-mail: use make-event-months, /)
    equal((await test.rows('select from job_runs where outcome is null')).length, 0)
  })

  it('are listed with their times here and their last run', async () => {
    equal(readConfig(settings).scheduleChanges['end-exemptions'], 'off')
    const answer = await run('jobs list')
    const jobs = answer?.document as readonly {
      job: string
      times: string | null
      last_run: { outcome: string } | null
    }[]
    deepEqual(
      jobs.map(({ job }) => job),
      scheduledJobNames,
    )
    const of = (name: string) => jobs.find(({ job }) => job === name)
    deepEqual(of('end-exemptions'), { job: 'end-exemptions', times: null, last_run: null })
    equal(of('purge-expired')?.times, '1 2 * * 0')
    equal(of('warn-of-expiring-tokens')?.last_run?.outcome, 'done')
    const lines = answer?.lines.join('\n') ?? ''
    match(lines, /purge-expired +Sundays at 02:01 UTC \(in London 2:01am, in summer 3:01am\) +never/)
    match(lines, /sync-app-secrets .* failed: No cluster/)
  })
})
