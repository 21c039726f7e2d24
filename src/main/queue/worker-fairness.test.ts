import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { minute } from '#kernel/clock.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import type { ApplicationServer } from '#test/application-server.ts'
import { testQueue, until } from '#test/queue.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test
const queue = testQueue(test)

/** Nobody’s patience ends while a test runs: whoever waits for a hanging application waits in vain. */
const patient = applicationCaller({ answerMilliseconds: 10 * minute })

/** An application that takes every call and answers none. */
const hangingApplication = async (name: string): Promise<ApplicationServer & { held: () => number }> => {
  let held = 0
  const app = await queue.application(name)
  app.answer(() => {
    held += 1
  })
  return { ...app, held: () => held }
}
let people = 0
const peopleOf = (count: number, ...uses: readonly ApplicationServer[]): Promise<readonly User[]> =>
  Promise.all(
    Array.from({ length: count }, () => {
      people += 1
      return test.user(`Person ${people}`, { uses })
    }),
  )
const isTold = (app: ApplicationServer, user: User) => () => app.users.get(user.uid)?.disabled === true

describe('an application that hangs', () => {
  it('keeps nobody else from hearing of a suspension, however many pushes wait for it', async (t) => {
    const hanging = await hangingApplication('Hanging')
    const healthy = [await queue.application('Healthy'), await queue.application('Also healthy')]
    for (const user of await peopleOf(40, hanging)) await queue.pushUpdate(user, hanging)
    const [user] = await peopleOf(1, hanging, ...healthy)
    ok(user)
    await queue.worker(t, { caller: patient, jobsAtOnce: 10 })
    await until(() => hanging.held() > 0)
    await queue.suspend(user)
    for (const app of healthy) await until(isTold(app, user))

    equal(hanging.held(), 1)
  })

  it('is not alone, and still the others hear', async (t) => {
    const hanging = await Promise.all(
      ['A', 'B', 'C', 'D', 'E'].map((name) => hangingApplication(`Hanging ${name}`)),
    )
    const healthy = await queue.application('Healthy among five')
    for (const user of await peopleOf(5, ...hanging))
      for (const app of hanging) await queue.pushUpdate(user, app)
    const [user] = await peopleOf(1, ...hanging, healthy)
    ok(user)
    await queue.worker(t, { caller: patient, jobsAtOnce: 10 })
    await until(() => hanging.every((app) => app.held() === 1))
    await queue.suspend(user)
    await until(isTold(healthy, user))

    deepEqual(
      hanging.map((app) => app.held()),
      [1, 1, 1, 1, 1],
    )
  })

  it('keeps no mail waiting, even if every application hangs', async (t) => {
    const hanging = await Promise.all(
      Array.from({ length: 12 }, (_, number) => hangingApplication(`Silent ${number}`)),
    )
    const [user] = await peopleOf(1, ...hanging)
    ok(user)
    for (const app of hanging) await queue.pushUpdate(user, app)
    const sent: string[] = []
    await queue.worker(t, {
      caller: patient,
      jobsAtOnce: 10,
      postman: { send: async ({ to }) => void sent.push(to) },
    })
    const held = (): number => hanging.reduce((sum, app) => sum + app.held(), 0)
    await until(() => held() === 8)
    await signon.single.jobs.add({ name: 'send-mail', payload: { mail: 'password-changed', user: user.id } })
    await until(() => sent.length === 1)

    deepEqual([sent, held()], [[user.email], 8])
  })

  it('hears of everything when it answers again', async (t) => {
    const app = await hangingApplication('Recovering')
    const users = await peopleOf(20, app)
    for (const user of users) await queue.pushUpdate(user, app)
    await queue.worker(t, { caller: applicationCaller({ answerMilliseconds: 1000 }), jobsAtOnce: 10 })
    await until(() => app.held() > 0)
    app.answer()
    await queue.due()
    await until(async () => {
      await queue.due()
      return queue.isDone()
    })

    equal(app.users.size, 20)
  })
})

describe('pushes of one application', () => {
  it('tell of whoever lost something before all others', async (t) => {
    const app = await queue.application('Busy')
    const others = await peopleOf(30, app)
    for (const user of others) await queue.pushUpdate(user, app)
    const [user] = await peopleOf(1, app)
    ok(user)
    await queue.suspend(user)
    await queue.worker(t, { jobsAtOnce: 1 })
    await until(queue.isDone)

    deepEqual(
      app
        .heard()
        .slice(0, 2)
        .map((call) => call.includes(user.uid)),
      [true, true],
    )
    equal(app.calls.length, 32)
  })
})
