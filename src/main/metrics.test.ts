import { deepEqual, equal, match } from 'node:assert/strict'
import { after as afterTests, describe, it } from 'node:test'
import { pino } from 'pino'
import { after, day } from '#kernel/clock.ts'
import { randomSecret } from '#kernel/token.ts'
import { startSignon } from '#test/signon.ts'
import { serveMetrics } from './metrics.ts'

const test = await startSignon()
const { signon, clock } = test
const warnings: string[] = []
const logger = pino({ level: 'warn' }, { write: (line) => warnings.push(line) })
const metrics = await serveMetrics(signon, logger, { host: '127.0.0.1', metricsPort: 0 })
afterTests(() => metrics.close())

const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${metrics.port}${path}`, init)

const unix = (days: number): number => after(clock.now(), days * day).getTime() / 1000

/** The series, without what explains them. */
const series = async (): Promise<readonly string[]> =>
  (await (await get('/metrics')).text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('the metrics', () => {
  it('are Prometheus text, on addresses of their own', async () => {
    const answer = await get('/metrics')
    equal(answer.status, 200)
    match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    match(
      await answer.text(),
      /^# HELP signon_api_user_token_expiry_timestamp_seconds .+\n# TYPE \S+ gauge\n$/,
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

  it('are done without where their port is taken, with a warning', async () => {
    const port = metrics.port ?? 0
    const second = await serveMetrics(signon, logger, { host: '127.0.0.1', metricsPort: port })
    equal(second.port, undefined)
    await second.close()
    match(warnings.join(), /metrics are not served/)
    equal((await get('/ping')).status, 200)
  })
})
