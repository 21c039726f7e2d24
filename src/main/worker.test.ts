import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '#kernel/clock.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { testQueue, until } from '#test/queue.ts'
import { operator, startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const queue = testQueue(test)

describe('from a change to the applications', () => {
  it('CC-75 a suspension reaches every application as a PUT and a reauthentication', async (t) => {
    const apps = [await queue.application('Whitehall'), await queue.application('Publisher')]
    const user = await test.user('Ann', { uses: apps })
    await queue.suspend(user)
    const { log } = await queue.worker(t)
    await until(queue.isDone)

    for (const app of apps) {
      deepEqual([...app.heard()].sort(), [`POST ${user.uid}/reauth 200`, `PUT ${user.uid} 200`])
      deepEqual([app.users.get(user.uid)?.permissions, app.users.get(user.uid)?.disabled], [[], true])
    }
    deepEqual(log, [])
  })

  it('CC-76 the removal of signin reaches its application as a PUT, then a reauthentication', async (t) => {
    const app = await queue.application('Removing', ['editor'])
    const user = await test.user('Bob', { uses: [app] })
    await signon.transaction(async (work) => {
      await work.grants.remove(user.id, app.id, await work.grants.findPermission(app.id, 'signin'))
      await work.record({ name: 'permissions-removed', about: user, application: app.id }, operator)
    })
    await queue.worker(t)
    await until(queue.isDone)

    deepEqual(app.heard(), [`PUT ${user.uid} 200`, `POST ${user.uid}/reauth 200`])
    deepEqual(app.users.get(user.uid)?.permissions, [])
  })

  it('CC-77 the removal of another permission reaches it as a PUT only', async (t) => {
    const app = await queue.application('Trimming', ['editor'])
    const user = await test.user('Cat', { uses: [app] })
    await test.grant(user, app, 'editor')
    await signon.transaction(async (work) => {
      await work.grants.remove(user.id, app.id, await work.grants.findPermission(app.id, 'editor'))
      await work.record({ name: 'permissions-removed', about: user, application: app.id }, operator)
    })
    await queue.worker(t)
    await until(queue.isDone)

    deepEqual(app.heard(), [`PUT ${user.uid} 200`])
  })

  it('CC-51 an application may ask about tokens while it is being told', async (t) => {
    const app = await queue.application('Asking')
    const user = await test.user('Ida', { uses: [app] })
    const { token } = await test.machine('Robot', app)
    const statuses: number[] = []
    app.answer(async ({ headers }, response) => {
      const asked = [`Bearer ${token}`, headers.authorization ?? ''].map((authorization) =>
        fetch(`${test.url}/user.json?client_id=${app.clientId}`, {
          headers: { authorization },
          signal: AbortSignal.timeout(5000),
        }),
      )
      for (const { status } of await Promise.all(asked)) statuses.push(status)
      response.end()
    })
    await queue.pushUpdate(user, app)
    await queue.worker(t, { jobsAtOnce: 1 })
    await until(queue.isDone)

    deepEqual(statuses, [200, 200])
    deepEqual(app.heard(), [`PUT ${user.uid} 200`])
  })

  it('CC-81 signing out does not wait for applications, and is done whether they hear of it or not', async (t) => {
    const app = await queue.application('Hanging')
    app.answer(() => undefined)
    const user = await test.user('Dan', { uses: [app] })
    const browser = test.browser()
    await browser.signIn(user.email)
    // Nobody calls the application yet.
    equal((await browser.get('/users/sign_out')).status, 302)

    await queue.worker(t, { caller: applicationCaller({ answerMilliseconds: 500 }) })
    await until(
      async () => (await queue.pushes())[0]?.last_error === 'Hanging did not answer within 0.5 seconds.',
    )
    match((await browser.get('/')).location, /sign_in/)
  })
})

describe('an application that is down', () => {
  it('CC-78 is tried again with growing pauses, and loses nothing', async (t) => {
    const app = await queue.application('Down')
    const user = await test.user('Eve', { uses: [app] })
    app.answer((_request, response) => response.writeHead(500).end())
    await queue.pushUpdate(user, app)
    const { log } = await queue.worker(t)

    const pauses: number[] = []
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      await until(queue.isTried(attempt))
      const [job] = await queue.pushes()
      equal(job?.last_error, 'Down answered with status 500.')
      equal(job.max_attempts, 14)
      pauses.push(Math.round(job.seconds))
      await queue.due()
    }
    deepEqual(
      pauses.slice(1).map((seconds, index) => seconds > 2 * (pauses[index] ?? 0)),
      [true, true, true, true, true, true],
    )
    ok(pauses[0] === 2 || pauses[0] === 3)
    deepEqual(await rows('select from user_applications where user_id = $1', [user.id]), [])
    const { job, attempt, reason, msg } = log[0] ?? {}
    deepEqual(
      { job, attempt, reason, msg },
      { job: 'push-user-update', attempt: 1, reason: 'Down answered with status 500.', msg: 'job failed' },
    )
    equal(/sgn_|Bearer/.test(JSON.stringify(log)), false)

    app.answer()
    await queue.due()
    await until(queue.isDone)
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
    equal(
      (
        await rows('select from user_applications where user_id = $1 and last_synced_at is not null', [
          user.id,
        ])
      ).length,
      1,
    )
  })

  it('CC-78 leaves a dead letter after the last try, 28 hours after the first', async (t) => {
    const app = await queue.application('Gone')
    const user = await test.user('Fay', { uses: [app] })
    app.answer((_request, response) => response.writeHead(404).end())
    await queue.pushUpdate(user, app)
    await rows('update graphile_worker._private_jobs set attempts = 13')
    const { log } = await queue.worker(t)
    await until(queue.isTried(14))
    await queue.due()
    await pause(200)

    equal(app.calls.length, 1)
    deepEqual(
      log.map(({ level, msg }) => [level, msg]),
      [[50, 'job failed for the last time']],
    )
    const hours = Array.from({ length: 13 }, (_, index) => Math.exp(Math.min(index + 1, 10)) / 3600)
    equal(Math.floor(hours.reduce((sum, one) => sum + one)), 28)
  })

  it('forgets a failure that a newer push has replaced', async (t) => {
    const app = await queue.application('Replaced')
    const user = await test.user('Gus', { uses: [app] })
    app.answer(async (_request, response) => {
      app.answer()
      await queue.pushUpdate(user, app)
      response.writeHead(500).end()
    })
    await queue.pushUpdate(user, app)
    const first = await queue.worker(t)
    await until(
      async () => app.calls.length === 2 && (await queue.pushes()).every(({ isLocked }) => !isLocked),
    )
    deepEqual(
      (await queue.pushes()).map(({ attempts, last_error }) => [attempts, last_error]),
      [[14, 'Replaced answered with status 500.']],
    )

    await first.stop()
    await queue.worker(t)
    await until(queue.isDone)
    equal(app.calls.length, 2)
  })

  it('CC-78 is told again, later, when a push that it did not answer may be saved after a newer one', async (t) => {
    // The queue keeps the real time.
    clock.step(systemClock.now().getTime() - clock.now().getTime())
    const app = await queue.application('Slow', ['editor'])
    const user = await test.user('Hal', { uses: [app] })
    await test.grant(user, app, 'editor')
    app.answer(async () => {
      app.answer()
      await signon.single.grants.remove(
        user.id,
        app.id,
        await signon.single.grants.findPermission(app.id, 'editor'),
      )
      await queue.pushUpdate(user, app)
    })
    await queue.pushUpdate(user, app)
    await queue.worker(t, { caller: applicationCaller({ answerMilliseconds: 1000 }) })
    const waiting = async () =>
      (await queue.pushes()).filter(
        ({ attempts, max_attempts, isLocked }) => !isLocked && attempts < max_attempts,
      )
    await until(async () => app.calls.length === 1 && (await waiting()).length === 1)
    // Half a minute from where the clock stood still.
    const [again] = await waiting()
    ok(again && again.attempts === 0 && again.seconds > 15 && again.seconds <= 30)

    await queue.due()
    await until(() => app.calls.length === 2)
    deepEqual(app.heard(), [`PUT ${user.uid} 200`, `PUT ${user.uid} 200`])
    deepEqual(app.users.get(user.uid)?.permissions, ['signin'])
  })
})
