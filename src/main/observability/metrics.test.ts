import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { after as afterTests, describe, it } from 'node:test'
import { pino } from 'pino'
import { after, day } from '#kernel/clock.ts'
import { randomSecret } from '#kernel/token.ts'
import { openDatabase } from '#store/connection.ts'
import { createSignon } from '#store/signon.ts'
import { startSignon } from '#test/signon.ts'
import { serveMetrics } from './metrics.ts'
import { requestMeter } from './request-meter.ts'
import { requestWatch } from './watch-requests.ts'

const meter = requestMeter()
const test = await startSignon({ watch: requestWatch(meter) })
const { signon, clock, db } = test
const measured = { signon, db, meter }
const warnings: string[] = []
const logger = pino({ level: 'warn' }, { write: (line) => warnings.push(line) })
const place = { host: '127.0.0.1', environment: 'production', scheduleChanges: {} } as const
const metrics = await serveMetrics(measured, logger, { ...place, metricsPort: 0 })
afterTests(() => metrics.close())

const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${metrics.port}${path}`, init)

const unix = (days: number): number => after(clock.now(), days * day).getTime() / 1000

/** The series whose names begin so, without what explains them. */
const series = async (begin = 'signon_api_user'): Promise<readonly string[]> =>
  (await (await get('/metrics')).text()).split('\n').filter((line) => line.startsWith(begin))

describe('the metrics', () => {
  it('are Prometheus text, on addresses of their own', async () => {
    const answer = await get('/metrics')
    equal(answer.status, 200)
    match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    match(
      await answer.text(),
      /^# HELP signon_api_user_token_expiry_timestamp_seconds .+\n# TYPE \S+ gauge\n# HELP/,
    )
    equal((await get('/ping')).status, 200)
    equal((await get('/users')).status, 404)
    equal((await get('/metrics', { method: 'POST' })).status, 405)
    equal((await fetch(`${test.url}/metrics`, { redirect: 'manual' })).status, 404)
  })

  it('BO-Q12: tell the latest expiry for each API user and application, by the names of the alert rule', async () => {
    const whitehall = await test.application('Whitehall Publisher: Café')
    const { user, tokenId } = await test.machine('Robot', whitehall, {
      expiresAt: after(clock.now(), 10 * day),
    })
    const add = (days: number | null) =>
      signon.single.apiTokens.add({
        user: user.id,
        application: whitehall.id,
        text: randomSecret(signon.random),
        purpose: null,
        expiresAt: days === null ? null : after(clock.now(), days * day),
      })
    const name = 'signon_api_user_token_expiry_timestamp_seconds'
    const labels = `{api_user="${user.email}",application="whitehall-publisher-cafe"}`
    deepEqual(await series(), [`${name}${labels} ${unix(10)}`])
    const later = await add(730)
    await add(5)
    deepEqual(await series(), [`${name}${labels} ${unix(730)}`])
    await signon.single.apiTokens.revoke(later)
    deepEqual(await series(), [`${name}${labels} ${unix(10)}`])
    const endless = await add(null)
    deepEqual(await series(), [`${name}${labels} +Inf`])
    for (const id of [endless, tokenId]) await signon.single.apiTokens.revoke(id)
    deepEqual(await series(), [`${name}${labels} ${unix(5)}`])

    // A scrape that has the same series twice is refused as a whole, so the first to expire stands for both.
    const alike = await test.application('Whitehall publisher (cafe)')
    const token = { user: user.id, application: alike.id, text: randomSecret(signon.random), purpose: null }
    await signon.single.apiTokens.add({ ...token, expiresAt: after(clock.now(), 2 * day) })
    deepEqual(await series(), [`${name}${labels} ${unix(2)}`])
    for (const id of [whitehall.id, alike.id]) await signon.single.applications.retire(id)
    deepEqual(await series(), [])
  })

  it('hold no character that an address could break them with', async () => {
    const odd = await test.application('Odd')
    const { user } = await test.machine('Odd', odd)
    await test.rows(`update users set email = 'a"b\\c@example.gov.uk' where id = $1`, [user.id])
    match((await series()).join(), /api_user="a\\"b\\\\c@example\.gov\.uk",application="odd"/)
  })

  it('count requests by route and method, whatever the addresses are', async () => {
    const unknown = 'http_requests_total{controller="none",action="none",status="404"}'
    const before = Number((await series(unknown))[0]?.split(' ').at(-1) ?? 0)
    for (const path of ['/users/1/edit?token=sesame', '/users/2/edit', '/nothing/of/ours', '/nor/this'])
      await fetch(`${test.url}${path}`, { redirect: 'manual' })
    await fetch(`${test.url}/users/sign_in`, { method: 'POST' })
    const requests = await series('http_requests_total')
    const one = (controller: string, action: string, status: number, count: number): string =>
      `http_requests_total{controller="${controller}",action="${action}",status="${status}"} ${count}`
    for (const line of [
      one('/users/:id/edit', 'get', 302, 2),
      one('none', 'none', 404, before + 2),
      one('/users/sign_in', 'post', 422, 1),
    ])
      ok(requests.includes(line), `${line} is in ${requests.join()}`)
    doesNotMatch(requests.join(), /sesame|nothing|nor/)

    const labels = 'controller="/users/sign_in",action="post"'
    const buckets = await series(`http_request_duration_seconds_bucket{${labels}`)
    equal(buckets.length, 15)
    equal(buckets.at(-1), `http_request_duration_seconds_bucket{${labels},le="+Inf"} 1`)
    deepEqual(await series(`http_request_duration_seconds_count{${labels}`), [
      `http_request_duration_seconds_count{${labels}} 1`,
    ])
  })

  it('tell how much of a request was spent in statements, those after its body was read, too', async () => {
    await test.browser().signIn('nobody@example.gov.uk')
    const labels = '{controller="/users/sign_in",action="post"'
    const [sum] = await series(`http_request_sql_duration_seconds_sum${labels}`)
    ok(Number(sum?.split(' ').at(-1)) > 0, sum)
  })

  it('tell of memory, the event loop and connections of the process', async () => {
    for (const begin of ['process_resident_memory_bytes', 'signon_database_connections_open'])
      ok(Number((await series(begin))[0]?.split(' ')[1]) > 0, begin)
    equal((await series('nodejs_eventloop_lag_seconds{')).length, 3)
    deepEqual(await series('signon_database_connections_waiting'), ['signon_database_connections_waiting 0'])
  })

  it('tell of the queue: what is due, what is tried again, and what failed for good', async () => {
    const application = await test.application('Queued')
    for (const name of ['First', 'Second', 'Third']) {
      const user = await test.user(name)
      await signon.single.jobs.add({
        name: 'push-user-update',
        payload: { user: user.id, application: application.id },
      })
    }
    await test.rows(`update graphile_worker._private_jobs set
      attempts = case (payload->>'user')::integer % 3 when 0 then max_attempts when 1 then 1 else 0 end,
      run_at = run_at + case (payload->>'user')::integer % 3 when 1 then interval '1 hour' else interval '-90 seconds' end`)
    const numberOf = async (begin: string): Promise<number> =>
      Number((await series(`${begin}{job_name="push-user-update"`))[0]?.split(' ')[1])
    deepEqual(
      [
        await numberOf('signon_queue_backlog'),
        await numberOf('signon_queue_retrying'),
        await numberOf('signon_queue_dead'),
      ],
      [1, 1, 1],
    )
    ok((await numberOf('signon_queue_latency_seconds')) >= 90)
  })

  it('are there while the database is away, and say so', async () => {
    const gone = openDatabase('postgresql://nobody@127.0.0.1:1/none', 1, () => undefined)
    const away = await serveMetrics(
      { signon: createSignon({ ...signon, db: gone }), db: gone, meter },
      logger,
      { ...place, metricsPort: 0 },
    )
    const answer = await fetch(`http://127.0.0.1:${away.port}/metrics`)
    equal(answer.status, 200)
    const text = await answer.text()
    match(text, /^signon_database_up 0$/m)
    match(text, /^http_requests_total/m)
    await away.close()
    await gone.destroy()
  })

  it('are done without where their port is taken, with a warning', async () => {
    const port = metrics.port ?? 0
    const second = await serveMetrics(measured, logger, { ...place, metricsPort: port })
    equal(second.port, undefined)
    await second.close()
    match(warnings.join(), /metrics are not served/)
    equal((await get('/ping')).status, 200)
  })
})
