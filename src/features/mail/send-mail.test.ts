import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Letter, MailRefused } from '#domain/letter.ts'
import type { User } from '#domain/user.ts'
import { Unavailable } from '#kernel/failure.ts'
import { testQueue, until } from '#test/queue.ts'
import { operator, startSignon } from '#test/signon.ts'
import { type Composers, sendMail } from './send-mail.job.ts'

const test = await startSignon()
const { signon } = test
const queue = testQueue(test)

/** Locks an account, which mails its owner. */
const lock = (user: User): Promise<void> =>
  signon.transaction(async (work) => {
    await work.users.lock(user.id)
    await work.record({ name: 'account-locked', about: user }, operator)
  })

/** Keeps the letters it is given, and does with each what a test wants. */
const postman = (onLetter: () => Promise<void> | void = () => undefined) => {
  const letters: Letter[] = []
  return {
    letters,
    send: async (letter: Letter) => {
      letters.push(letter)
      await onLetter()
    },
  }
}

describe('from an event to a mail', () => {
  it('the person whom it is about gets one', async (t) => {
    const user = await test.user('Ann')
    await lock(user)
    const post = postman()
    const { log } = await queue.worker(t, { postman: post })
    await until(queue.isDone)
    deepEqual(
      post.letters.map(({ to, subject }) => [to, subject]),
      [['ann@example.gov.uk', '[Test] Your GOV.UK Signon account has been locked']],
    )
    deepEqual(log, [])
  })

  it('nothing is sent when there is nothing to say any more', async (t) => {
    const user = await test.user('Gone')
    await lock(user)
    await test.rows('delete from users where id = $1', [user.id])
    const post = postman()
    const { log } = await queue.worker(t, { postman: post })
    await until(queue.isDone)
    deepEqual([post.letters, log], [[], []])
  })

  it('a mail that this release does not know waits for one that does', async () => {
    const place = { publicUrl: test.issuer, environment: 'test' }
    const send = sendMail(signon, {
      composers: {} as Composers,
      place,
      postman: postman(),
      onRefused: () => undefined,
    })
    const { id } = await test.user('Nobody')
    await rejects(
      send({ mail: 'account-locked', user: id }),
      /Expected that somebody writes the mail account-locked/,
    )
  })
})

describe('a mail service', () => {
  it('that is down delays mails and nothing else, and loses none', async (t) => {
    const app = await queue.application('Whitehall')
    const user = await test.user('Bob', { uses: [app] })
    await lock(user)
    let isDown = true
    const post = postman(() => {
      if (isDown) throw new Unavailable('The mail server refused the connection: it may be down.')
    })
    const { log } = await queue.worker(t, { postman: post })
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await until(queue.isTried(attempt))
      const [job] = await queue.pushes()
      deepEqual(
        [job?.name, job?.max_attempts, job?.last_error],
        ['send-mail', 20, 'The mail server refused the connection: it may be down.'],
      )
      pauses.push(job?.seconds ?? 0)
      if (attempt < 4) await queue.due()
    }
    deepEqual(
      pauses.slice(1).map((seconds, index) => seconds > 2 * (pauses[index] ?? 0)),
      [true, true, true],
    )
    deepEqual(
      log.map(({ job, msg }) => [job, msg]),
      Array(4).fill(['send-mail', 'job failed']),
    )

    await queue.pushUpdate(user, app)
    await until(() => app.users.has(user.uid))

    isDown = false
    await queue.due()
    await until(queue.isDone)
    equal(post.letters.length, 5)
  })

  it('that hangs holds up mails only, however many wait', async (t) => {
    const app = await queue.application('Publisher')
    const users = await Promise.all(
      Array.from({ length: 12 }, (_, index) => test.user(`Reader ${index}`, { uses: [app] })),
    )
    for (const user of users) await lock(user)
    const back = Promise.withResolvers<void>()
    const post = postman(() => back.promise)
    await queue.worker(t, { postman: post, jobsAtOnce: 5 })
    await until(() => post.letters.length === 4)

    for (const user of users) await queue.pushUpdate(user, app)
    await until(() => users.every(({ uid }) => app.users.has(uid)))
    equal(post.letters.length, 4)

    back.resolve()
    await until(queue.isDone)
    equal(post.letters.length, 12)
  })

  it('that refuses a recipient for good is not asked again, and the log says who gets no mail', async (t) => {
    const user = await test.user('Moved away')
    await lock(user)
    const post = postman(() => {
      throw new MailRefused('The mail server refuses the recipient (550).')
    })
    const { log } = await queue.worker(t, { postman: post })
    await until(queue.isDone)

    equal(post.letters.length, 1)
    const [line, ...others] = log.map((one) => JSON.stringify(one))
    deepEqual(others, [])
    const { level, mail, user: id, reason } = JSON.parse(line ?? '{}')
    deepEqual([level, mail, id], [50, 'account-locked', user.id])
    match(reason, /refuses the recipient \(550\)/)
    equal(/moved\.away@|Hello|unlocks/.test(line ?? ''), false)
  })
})
