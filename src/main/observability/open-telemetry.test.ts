import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { pino } from 'pino'
import { suspendUser } from '#features/users/suspend-user.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { startCollector } from '#test/otlp-collector.ts'
import { testQueue, until } from '#test/queue.ts'
import { operator, startSignon } from '#test/signon.ts'
import { during, onwardHeaders } from './activity.ts'
import { openTelemetry } from './open-telemetry.ts'
import { requestMeter } from './request-meter.ts'
import { watchedCaller } from './watch-jobs.ts'
import { requestWatch } from './watch-requests.ts'

const collector = await startCollector()
const quiet = pino({ level: 'silent' })
const tracer = openTelemetry({ endpoint: collector.url, service: 'signon-test' }, quiet)
const test = await startSignon({ watch: requestWatch(requestMeter(), tracer) })
const queue = testQueue(test)
after(() => collector.stop())

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

describe('traces', () => {
  it('tell of requests, statements, jobs and pushes, go on from whoever called, and hold no value', async (t) => {
    const application = await queue.application('Traced')
    const user = await test.user('Traced Person', { uses: [application] })
    await fetch(`${test.url}/users/sign_in?token=sesame`, { headers: { traceparent } })
    await fetch(`${test.url}/users/77/edit?code=sesame`, { redirect: 'manual' })
    await fetch(`${test.url}/sesame`)
    const browser = test.browser()
    await browser.signIn(user.email)
    const origin = { request: 'request-of-a-page', traceparent }
    const trace = tracer.beginJob('suspends', origin)
    await during({ requestId: origin.request, actingUser: undefined, sqlMilliseconds: 0, trace }, () =>
      suspendUser(test.signon, operator, { email: user.email, reason: 'left' }),
    )
    trace.end({})
    await queue.worker(t, { tracer, caller: watchedCaller(applicationCaller({ onwardHeaders })) })
    await until(queue.isDone)
    await tracer.close()

    const spans = collector.spans()
    const named = (name: string) => spans.filter((span) => span.name === name)
    equal(named('GET /users/sign_in')[0]?.traceId, traceId)
    equal(named('GET /users/sign_in')[0]?.parentSpanId, '00f067aa0ba902b7')
    ok(named('GET none').length > 0 && named('GET /users/:id/edit').length > 0)
    const signIn = named('POST /users/sign_in')[0]?.spanId
    const statements = spans.filter(({ parentSpanId }) => parentSpanId === signIn).map(({ name }) => name)
    ok(statements.length > 1, statements.join())
    for (const name of statements) match(name, /^[a-z-]+(?:\.[a-z-]+)?$/)

    for (const name of ['announce-user', 'push-user-update', 'push reauthentication'])
      equal(named(name)[0]?.traceId, traceId, name)
    const received = application.calls.map(({ headers }) => [
      headers['govuk-request-id'],
      String(headers['traceparent']).slice(3, 35),
    ])
    ok(received.length >= 2)
    for (const call of received) deepEqual(call, ['request-of-a-page', traceId])
    doesNotMatch(collector.bodies.join(), /sesame|Traced Person|traced\.person|example\.gov/)
    match(collector.bodies[0] ?? '', /"service\.name".{1,30}signon-test/)
  })
})

describe('calls to applications', () => {
  it('tell who did what they tell of', async (t) => {
    const application = await queue.application('Told')
    const user = await test.user('Told Person', { uses: [application] })
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.get('/users/sign_out')
    await queue.worker(t, { caller: applicationCaller({ onwardHeaders }) })
    await until(queue.isDone)

    const told = application.calls.map(({ headers }) => headers['x-govuk-authenticated-user'])
    deepEqual(told, [user.uid])
  })
})
