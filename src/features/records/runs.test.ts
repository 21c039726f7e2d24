import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type schedule, scheduledJobNames } from '#domain/jobs.ts'
import { type Role, roles } from '#domain/user.ts'
import { hour, minute, second } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'
import { runNow } from './runs.ts'
import { durationInWords, numbersInWords, scheduledJobWords } from './scheduled-job-words.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const { jobRuns } = signon.single

const signedInAs = async (role: Role, name: string): Promise<TestBrowser> => {
  const organisationId = await test.organisation(`Home of ${name}`)
  return test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
}
const superadmin = await signedInAs('superadmin', 'Keeper')
const run = (task: string, job: string | null = null) => jobRuns.begin({ task, job, worker: 'test' })
const queued = () =>
  rows<{ key: string; queue_name: string }>('select key, queue_name from graphile_worker.jobs order by id')
/** The row of a job in the table, without what is not seen. */
const rowOf = async (task: keyof typeof schedule): Promise<string> => {
  const { text } = await superadmin.get('/records/runs')
  const row = text.split('<tr').find((part) => part.includes(`href="/records/runs/${task}"`)) ?? ''
  return row.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
}

describe('scheduled work', () => {
  it('is looked after by superadmins only, whatever others send', async () => {
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const browser = await signedInAs(role, `Other ${role}`)
      for (const path of [
        '/records/runs',
        '/records/runs/suspend-inactive',
        '/records/runs/suspend-inactive/confirm',
      ])
        equal((await browser.get(path)).status, 403)
      equal((await browser.post('/records/runs/suspend-inactive', {}, '/')).status, 403)
    }
    const admin = { kind: 'person', userId: (await test.user('Direct', { role: 'admin' })).id } as const
    await rejects(runNow(signon, admin, 'suspend-inactive'), { code: 'forbidden' })
    const forged = await superadmin.send('/records/runs/suspend-inactive', { method: 'POST' })
    equal(forged.status, 422)
    deepEqual(await queued(), [])
  })

  it('is of these jobs only', async () => {
    for (const job of ['nonsense', 'send-mail', '__proto__', 'push-user-update']) {
      equal((await superadmin.get(`/records/runs/${job}`)).status, 404, job)
      equal((await superadmin.post(`/records/runs/${job}`, {}, '/records/runs')).status, 404, job)
    }
    deepEqual(await queued(), [])
  })

  it('names every job in plain words, and when it runs', async () => {
    const { text } = await superadmin.get('/records/runs')
    for (const job of scheduledJobNames) match(text, new RegExp(`>${scheduledJobWords[job].name}</a>`))
    match(
      await rowOf('suspend-inactive'),
      /Every day at 04:27 UTC \(in London 4:27am, in summer 5:27am\) Never/,
    )
  })

  it('tells of the last run: when, how long, what it did', async () => {
    const first = await run('suspend-inactive')
    await jobRuns.end(first, { outcome: 'done', did: { suspended: 1 } })
    clock.step(10 * minute)
    const id = await run('suspend-inactive')
    match(await rowOf('suspend-inactive'), /9:40am, 2 Nov 2026 for less than a second Not known Under way/)
    clock.step(2 * minute + second)
    await jobRuns.end(id, { outcome: 'done', did: { suspended: 1234, failed: 0 } })
    match(await rowOf('suspend-inactive'), /9:40am, 2 Nov 2026 for 2 minutes 1,234 suspended Done/)
  })

  it('makes a run that failed or was lost stand out', async () => {
    const id = await run('end-exemptions')
    await jobRuns.end(id, { outcome: 'failed', reason: 'The <b>cluster</b> does not answer.' })
    await run('purge-expired', '7')
    await run('purge-expired', '7')
    match(
      await rowOf('end-exemptions'),
      /Not known Failed The &lt;b&gt;cluster&lt;\/b&gt; does not answer\. Run now/,
    )
    match((await superadmin.get('/records/runs')).text, /govuk-tag--red/)
    const { text } = await superadmin.get('/records/runs/purge-expired')
    match(text, /Under way(.|\n)*govuk-tag--orange(.|\n)*<strong>It was cut off/)
  })

  it('keeps the last fifty runs of each job, the newest first', async () => {
    for (let number = 1; number <= 52; number += 1) {
      clock.step(second)
      await jobRuns.end(await run('make-event-months'), { outcome: 'done', did: { months: number } })
    }
    const { text } = await superadmin.get('/records/runs/make-event-months')
    const shown = [...text.matchAll(/>(\d+) months</g)].map(([, number]) => Number(number))
    deepEqual(
      shown,
      Array.from({ length: 50 }, (_, index) => 52 - index),
    )
    match((await superadmin.get('/records/runs/send-suspension-reminders')).text, /It has never run/)
  })

  it('is done now at the press of a button, queued once, and leaves an event', async () => {
    const press = () => superadmin.post('/records/runs/warn-of-expiring-tokens', {}, '/records/runs')
    const answer = await press()
    deepEqual([answer.status, answer.location], [303, '/records/runs'])
    await press()
    deepEqual(await queued(), [{ key: 'warn-of-expiring-tokens', queue_name: 'warn-of-expiring-tokens' }])
    match((await superadmin.get('/records/runs')).text, /‘Warn of expiring API tokens’ was asked for/)
    deepEqual(await rows('select number, note from events where number = 99'), [
      { number: 99, note: '(Warn of expiring API tokens)' },
      { number: 99, note: '(Warn of expiring API tokens)' },
    ])
  })

  it('asks first where accounts or the log are at stake, in the list and on the page of the job', async () => {
    await rows('delete from graphile_worker._private_jobs')
    for (const [job, title] of [
      ['suspend-inactive', 'Suspend unused accounts now?'],
      ['delete-never-signed-in', 'Delete accounts that were never used?'],
      ['delete-old-events', 'Remove the oldest part of the log?'],
    ] as const) {
      const path = `/records/runs/${job}`
      for (const shown of ['/records/runs', path]) {
        const { text } = await superadmin.get(shown)
        doesNotMatch(text, new RegExp(`<form[^>]*action="${path}"`), shown)
        match(text, new RegExp(`<a[^>]*href="${path}/confirm"[^>]*>\\s*Run now`), shown)
      }
      const { text } = await superadmin.get(`${path}/confirm`)
      ok(text.includes(`${title}</h1>`), job)
      match(text, new RegExp(`<form[^>]*action="${path}"[\\s\\S]*Run now[\\s\\S]*href="${path}">Cancel`))
    }
    for (const job of ['purge-expired', 'nonsense', '__proto__'])
      equal((await superadmin.get(`/records/runs/${job}/confirm`)).status, 404, job)
    deepEqual(await queued(), [])
    const { location } = await superadmin.post(
      '/records/runs/suspend-inactive',
      {},
      '/records/runs/suspend-inactive/confirm',
    )
    equal(location, '/records/runs')
    deepEqual(await queued(), [{ key: 'suspend-inactive', queue_name: 'suspend-inactive' }])
  })
})

describe('what a run did', () => {
  it('is said in words', () => {
    deepEqual(
      [{}, { suspended: 0 }, { suspended: 3, failed: 0 }, { passedOver: 1200, left_alone: 1 }].map(
        numbersInWords,
      ),
      ['Not counted', 'Nothing to do', '3 suspended', '1,200 passed over, 1 left alone'],
    )
    deepEqual([0, 999, second, 61 * second, 2 * hour, 25 * hour].map(durationInWords), [
      'less than a second',
      'less than a second',
      '1 second',
      '1 minute',
      '2 hours',
      '1 day',
    ])
  })
})
