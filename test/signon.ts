import type { AddressInfo } from 'node:net'
import { after as afterTests } from 'node:test'
import { Client } from 'pg'
import { pino } from 'pino'
import type { Actor } from '#domain/events.ts'
import type { Letter } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { User } from '#domain/user.ts'
import { sendMail } from '#features/mail/send-mail.job.ts'
import { systemRandom } from '#kernel/random.ts'
import { type KeyRing, keyRing } from '#kernel/sealed.ts'
import type { Secret } from '#kernel/secret.ts'
import { mailComposers } from '#main/mail-composers.ts'
import { currentOrigin, watchStatements } from '#main/observability/activity.ts'
import { logFormat } from '#main/observability/logger.ts'
import { createWeb } from '#main/server.ts'
import { slowPasswords } from '#outside/passwords.ts'
import { type Connection, openDatabase } from '#store/connection.ts'
import { createSignon, type Signon } from '#store/signon.ts'
import type { RequestWatch } from '#web/watch.ts'
import { TestBrowser } from './browser.ts'
import { makeDatabase } from './database.ts'
import { type People, people } from './people.ts'

/** Time that stands still until a test moves it. */
export interface TestClock {
  now(): Date
  /** Moves time on by so many milliseconds. */
  step(milliseconds: number): void
}

/** A whole Signon for one test file: its own database, a stopped clock, a web server, and people made to order. */
export interface TestSignon extends People {
  readonly signon: Signon
  readonly clock: TestClock
  readonly db: Connection
  readonly databaseUrl: string
  /** Where the web server answers. */
  readonly url: string
  /** What Signon believes to be its public origin. */
  readonly issuer: string
  browser(): TestBrowser
  /** A web server over another Signon, as a test has made it: where it answers, and how to stop it. */
  serve(other: Signon): Promise<{ readonly url: string; close(): Promise<void> }>
  /** A browser in which this person has signed in fully. Whose role asks for it needs `twoStep`. */
  signedIn(user: Pick<User, 'id'>): Promise<TestBrowser>
  /** Rows of any query, for looking at what was left behind. */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Numbers of the events about a user, oldest first; of all users without one. */
  events(uid?: string): Promise<readonly number[]>
  /** Names of the jobs that wait, in the order in which they were added. */
  jobs(): Promise<readonly string[]>
  /** Writes and takes out of the queue every mail that waits; the letters, in the order in which they were asked for. */
  mails(): Promise<readonly Letter[]>
}

/** Who does things where a test does not say. */
export const operator: Actor = { kind: 'console', name: 'test' }

export interface TestOptions {
  readonly environment?: string
  readonly issuer?: string
  /** The port to listen on; any free one when absent. */
  readonly port?: number
  /** Gets every line of the log, from trace on. */
  readonly logLines?: string[]
  readonly trustedProxies?: readonly string[]
  readonly watch?: RequestWatch
  readonly anonymousUserIdSecret?: Secret
  readonly uriSubstitution?: { readonly pattern: string; readonly replacement: string }
}

/** Starts a Signon that is stopped and dropped when the test file is done. */
export const startSignon = async (options: TestOptions = {}): Promise<TestSignon> => {
  const { issuer = 'https://signon.example', environment = 'test', trustedProxies = [] } = options
  const database = await makeDatabase()
  const clock = stoppedClock(new Date('2026-11-02T09:30:00Z'))
  const db = openDatabase(database.url, 20, () => undefined, { watch: watchStatements })
  const signon = createSignon({
    db,
    clock,
    random: systemRandom,
    keys: testKeys,
    passwords: await slowPasswords(systemRandom),
    uriSubstitution: options.uriSubstitution,
    origin: currentOrigin,
  })
  const web = createWeb(
    signon,
    options.logLines
      ? pino({ ...logFormat, level: 'trace' }, { write: (line) => options.logLines?.push(line) })
      : pino({ level: 'silent' }),
    {
      publicUrl: issuer,
      environment,
      trustedProxies,
      watch: options.watch,
      anonymousUserIdSecret: options.anonymousUserIdSecret,
    },
  )
  await web.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  const url = `http://127.0.0.1:${(web.server.address() as AddressInfo).port}`
  const client = new Client({ connectionString: database.url })
  await client.connect()

  afterTests(async () => {
    await web.close()
    await client.end()
    await db.destroy()
    await database.drop()
  })

  const rows = async <Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    (await client.query(text, [...values])).rows as Row[]
  const mails = async (): Promise<readonly Letter[]> => {
    const orders = await rows<{ payload: MailOrder }>(
      `with taken as (
         delete from graphile_worker._private_jobs job using graphile_worker._private_tasks task
         where task.id = job.task_id and task.identifier = 'send-mail' returning job.id, job.payload)
       select payload from taken order by id`,
    )
    const letters: Letter[] = []
    const postman = { send: async (letter: Letter) => void letters.push(letter) }
    const place = { publicUrl: issuer, environment }
    const onRefused = () => undefined
    const send = sendMail(signon, { composers: mailComposers, place, postman, onRefused })
    for (const { payload } of orders) await send(payload)
    return letters
  }
  return {
    signon,
    clock,
    db,
    databaseUrl: database.url,
    url,
    issuer,
    rows,
    browser: () => new TestBrowser(url),
    async serve(other) {
      const place = { publicUrl: issuer, environment, trustedProxies }
      const another = createWeb(other, pino({ level: 'silent' }), place)
      const address = await another.listen({ host: '127.0.0.1', port: 0 })
      return { url: address, close: () => another.close() }
    },
    events: async (uid) =>
      (
        await rows<{ number: number }>(
          'select number from events where $1::uuid is null or about_uid = $1 order by id',
          [uid ?? null],
        )
      ).map(({ number }) => number),
    jobs: async () =>
      (
        await rows<{ task_identifier: string }>(
          'select task_identifier from graphile_worker.jobs order by id',
        )
      ).map((job) => job.task_identifier),
    mails,
    ...people(signon, db),
    async signedIn({ id }) {
      const browser = new TestBrowser(url)
      browser.cookies.set('__Host-signon_session', await signon.single.sessions.open(id, 'full', {}))
      return browser
    },
  }
}

const stoppedClock = (start: Date): TestClock => {
  let milliseconds = start.getTime()
  return {
    now: () => new Date(milliseconds),
    step: (by) => {
      milliseconds += by
    },
  }
}

/** Keys for tests only. */
const testKeys: KeyRing = keyRing([{ id: 'test', bytes: Buffer.alloc(32, 7) }])
