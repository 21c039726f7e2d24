import { deepEqual } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fairHands } from './fair-hands.ts'

/** A worker with ten hands, and the applications that it calls. */
const worker = (hands = 10) => {
  let time = 0
  let last = 0
  const shared = fairHands(hands, () => time)
  const take = (application: string) => {
    last += 1
    const job = { id: String(last), flags: { push: true, [application]: true } as const }
    shared.take(job)
    return job
  }
  const pass = (milliseconds: number): void => {
    time += milliseconds
  }
  return {
    forbidden: () => shared.forbidden().sort(),
    take,
    takeOther: () => shared.take({ id: 'mail', flags: null }),
    giveBack: shared.giveBack,
    pass,
    /** A push that takes so long from end to end. */
    push(application: string, milliseconds: number, hasFailed = false) {
      const job = take(application)
      pass(milliseconds)
      shared.giveBack(job, hasFailed)
    },
  }
}

describe('the hands of a worker', () => {
  it('are free for everybody at first', () => {
    deepEqual(worker().forbidden(), [])
  })

  it('are given one by one to an application that nothing is known of', () => {
    const { take, forbidden } = worker()
    take('a')
    deepEqual(forbidden(), ['a'])
    take('b')
    deepEqual(forbidden(), ['a', 'b'])
  })

  it('serve a quick application by thirds, and others beside it', () => {
    const { push, take, giveBack, forbidden } = worker()
    push('a', 20)
    const jobs = [take('a'), take('a')]
    deepEqual(forbidden(), [])
    jobs.push(take('a'))
    deepEqual(forbidden(), ['a'])
    for (const job of jobs) giveBack(job, false)
    deepEqual(forbidden(), [])
  })

  it('leave a quick application that begins to hang with what it has, before any of its calls has ended', () => {
    const { push, take, pass, forbidden } = worker()
    push('a', 20)
    take('a')
    deepEqual(forbidden(), [])
    pass(1000)
    deepEqual(forbidden(), ['a'])
  })

  it('do not take an application that answers quickly for a slow one, whatever it answers', () => {
    const { push, take, forbidden } = worker()
    push('a', 20, true)
    take('a')
    deepEqual(forbidden(), [])
  })

  it('serve all slow applications together by a third', () => {
    const { push, take, pass, forbidden } = worker()
    for (const application of ['a', 'b', 'c', 'd']) push(application, 4000, true)
    pass(60_000)
    for (const application of ['a', 'b', 'c']) take(application)
    deepEqual(forbidden(), ['a', 'b', 'c', 'd'])
  })

  it('rest from a slow application that failed, so that others that are slow have their turn', () => {
    const { push, pass, forbidden } = worker()
    push('a', 4000, true)
    push('b', 4000, false)
    deepEqual(forbidden(), ['a'])
    pass(8000)
    deepEqual(forbidden(), [])
  })

  it('forget that an application was slow as soon as it answers quickly', () => {
    const { push, take, pass, forbidden } = worker()
    push('a', 4000, true)
    pass(12_000)
    push('a', 20)
    take('a')
    deepEqual(forbidden(), [])
  })

  it('are never all busy with pushes', () => {
    const { take, takeOther, forbidden } = worker()
    for (const application of 'abcdefg') take(application)
    takeOther()
    deepEqual(forbidden(), [...'abcdefg'])
    take('h')
    deepEqual(forbidden(), ['push'])
  })

  it('push even if there is only one', () => {
    const { take, forbidden } = worker(1)
    deepEqual(forbidden(), [])
    take('a')
    deepEqual(forbidden(), ['push'])
  })
})
