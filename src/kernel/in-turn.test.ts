import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Unavailable } from './failure.ts'
import { inTurn, inTurnByKey } from './in-turn.ts'

/** A task that goes on until it is told to end. */
const task = () => {
  const end = Promise.withResolvers<void>()
  let hasBegun = false
  return {
    run: () => {
      hasBegun = true
      return end.promise
    },
    hasBegun: () => hasBegun,
    end,
  }
}
const others = () => new Promise((resolve) => setImmediate(resolve))

describe('tasks in turn', () => {
  it('run so many at a time, in the order they came, also after one that failed', async () => {
    const turn = inTurn(2, 9)
    const tasks = [task(), task(), task(), task()]
    const runs = tasks.map(({ run }) => turn(run))
    const begun = () => tasks.map(({ hasBegun }) => hasBegun())
    await others()
    deepEqual(begun(), [true, true, false, false])
    tasks[1]?.end.reject(new Error('failed'))
    await rejects(runs[1] ?? Promise.resolve(), /failed/)
    await others()
    deepEqual(begun(), [true, true, true, false])
    for (const { end } of tasks) end.resolve()
    await Promise.allSettled(runs)
    deepEqual(begun(), [true, true, true, true])
  })

  it('are refused when too many wait', async () => {
    const turn = inTurn(1, 1)
    const first = task()
    const runs = [turn(first.run), turn(async () => undefined)]
    await rejects(
      turn(async () => undefined),
      Unavailable,
    )
    first.end.resolve()
    await Promise.all(runs)
    equal(await turn(async () => 'again'), 'again')
  })

  it('wait for none of another key', async () => {
    const turn = inTurnByKey(1, 9)
    const [one, next, another] = [task(), task(), task()]
    const runs = [turn('a', one.run), turn('a', next.run), turn('b', another.run)]
    await others()
    deepEqual([one.hasBegun(), next.hasBegun(), another.hasBegun()], [true, false, true])
    for (const { end } of [one, next, another]) end.resolve()
    await Promise.all(runs)
    equal(next.hasBegun(), true)
  })
})
