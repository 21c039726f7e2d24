import { deepEqual, equal } from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { OrganisationId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import { after, day, hour, minute } from '#kernel/clock.ts'
import { timeOrderedId } from '#kernel/token.ts'
import type { Connection } from '#store/connection.ts'
import { startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'
import { purgeExpired } from './purge-expired.ts'

const test = await startSignon()
const { signon, clock, rows } = test
const ada = await test.user('Ada')
const whitehall = await test.application('Whitehall')
const purge = () => purgeExpired(signon)()
const fromNow = (milliseconds: number): Date => after(clock.now(), milliseconds)
const farFuture = 3000 * day

const addSession = async (made: number, lastSeen: number, expires: number): Promise<string> => {
  const id = timeOrderedId(fromNow(made), signon.random)
  await rows(
    `insert into sessions (id, token_hash, user_id, level, created_at, authenticated_at, last_seen_at, expires_at)
     values ($1, $2, $3, 'full', $4, $4, $5, $6)`,
    [id, Buffer.alloc(32), ada.id, fromNow(made), fromNow(lastSeen), fromNow(expires)],
  )
  return id
}

const addAuthorization = async (made: number, expires: number, ended?: number): Promise<string> => {
  const id = timeOrderedId(fromNow(made), signon.random)
  await rows(
    `insert into authorizations (id, user_id, application_id, authenticated_at, redirect_base, code_hash, created_at, expires_at, ended_at)
     values ($1, $2, $3, $4, 'https://whitehall.example', $5, $4, $6, $7)`,
    [
      id,
      ada.id,
      whitehall.id,
      fromNow(made),
      Buffer.alloc(32),
      fromNow(expires),
      ended === undefined ? null : fromNow(ended),
    ],
  )
  await rows('insert into spent_refresh_tokens values ($1, $2)', [id, Buffer.alloc(32, 1)])
  return id
}

const addThrottle = (caller: string, begun: number) =>
  rows(`insert into throttles values ('sign-in', $1, $2, 1)`, [caller, fromNow(begun)])

const ids = async (table: string, id = 'id'): Promise<readonly string[]> =>
  (await rows<{ id: string }>(`select ${id}::text as id from ${table} order by 1`)).map((row) => row.id)
const count = async (table: string): Promise<number> => (await rows(`select from ${table}`)).length

/** So many sessions, all over but the last. */
const addManySessions = (many: number) =>
  rows(
    `insert into sessions (id, token_hash, user_id, level, created_at, authenticated_at, last_seen_at, expires_at)
     select n, decode(repeat('00', 32), 'hex'), $1, 'full', $2::timestamptz, $2, $2,
       case when n < $3::int then $2 else $2 + interval '1 hour' end from generate_series(1, $3) n`,
    [ada.id, clock.now(), many],
  )

describe('purging what is expired', () => {
  beforeEach(async () => {
    for (const table of ['sessions', 'authorizations', 'throttles']) await rows(`delete from ${table}`)
  })

  it('removes sessions from the instant at which they end, or once they lay idle for more than a day', async () => {
    const kept = [
      await addSession(-day, -minute, 1),
      await addSession(-2 * day, -day, hour),
      await addSession(-hour, -hour, hour),
      await addSession(farFuture, farFuture, farFuture + day),
    ]
    await addSession(-day, -minute, 0)
    await addSession(-2 * day, -day - 1, hour)
    await purge()
    deepEqual(await ids('sessions'), kept.toSorted())
  })

  it('removes authorizations that expired, or ended more than a day ago, with their spent tokens', async () => {
    const kept = [
      await addAuthorization(-90 * day, 1),
      await addAuthorization(-90 * day, day, -day),
      await addAuthorization(-minute, 30 * day),
      await addAuthorization(farFuture, farFuture + day, farFuture + 1),
    ]
    await addAuthorization(-minute, 0)
    await addAuthorization(-2 * day, 28 * day, -day - 1)
    await purge()
    deepEqual(await ids('authorizations'), kept.toSorted())
    deepEqual(await ids('spent_refresh_tokens', 'authorization_id'), kept.toSorted())
  })

  it('removes counts of windows that began more than a day ago', async () => {
    await addThrottle('over', -day - 1)
    await addThrottle('just a day', -day)
    await addThrottle('ahead', farFuture)
    await purge()
    deepEqual(await ids('throttles', 'caller'), ['ahead', 'just a day'])
  })

  it('leaves somebody who is signed in signed in', async () => {
    const browser = test.browser()
    await browser.signIn(ada.email)
    await purge()
    equal((await browser.get('/')).status, 200)
  })

  it('goes through as many batches as there are, and may be repeated', async () => {
    await addManySessions(2500)
    await rows(
      `insert into throttles select 'sign-in', n::text, $1::timestamptz, 1 from generate_series(1, 2500) n`,
      [fromNow(-2 * day)],
    )
    await purge()
    deepEqual([await ids('sessions'), await count('throttles')], [['2500'], 0])
    await purge()
    deepEqual(await ids('sessions'), ['2500'])
  })

  it('stops at its bound, goes on from there the next time, and begins anew at the end', async () => {
    await addManySessions(2500)
    const bounded = purgeExpired(signon, 1)
    const left: number[] = []
    for (let run = 0; run < 4; run += 1) {
      await bounded()
      left.push(await count('sessions'))
    }
    deepEqual(left, [1500, 500, 1, 1])
    await rows('update sessions set expires_at = $1', [clock.now()])
    await bounded()
    equal(await count('sessions'), 0)
  })

  it('may run several times at once', async () => {
    await addManySessions(5000)
    for (let number = 0; number < 20; number += 1) await addAuthorization(-90 * day, 0)
    await Promise.all(Array.from({ length: 8 }, purge))
    deepEqual([await ids('sessions'), await count('authorizations')], [['5000'], 0])
  })

  it('neither waits for a session that a transaction holds, nor removes it', async () => {
    const used = await addSession(-2 * day, -2 * day, hour)
    await signon
      .transaction(async (work) => {
        await work.sessions.endAll(ada.id)
        await purge()
        throw new Error('undone')
      })
      .catch(() => undefined)
    deepEqual(await ids('sessions'), [used])
    await purge()
    deepEqual(await ids('sessions'), [])
  })

  it('removes remembered browsers and answered challenges that are over, and links a month later', async () => {
    const hash = (first: number): Buffer => Buffer.alloc(32, first)
    for (const [number, until] of [
      [1, 0],
      [2, 1],
    ] as const) {
      await rows(
        `insert into remembered_browsers (id, token_hash, user_id, created_at, expires_at, last_used_at)
         values ($1, $2, $3, $4, $5, $4)`,
        [number, hash(number), ada.id, fromNow(-day), fromNow(until)],
      )
      await rows('insert into answered_challenges values ($1, $2)', [hash(number), fromNow(until)])
    }
    for (const [purpose, until] of [
      ['invitation', -30 * day],
      ['password-reset', -30 * day + 1],
    ] as const)
      await rows('insert into account_tokens values ($1, $2, $3, null, $4, $5)', [
        hash(purpose.length),
        ada.id,
        purpose,
        fromNow(-60 * day),
        fromNow(until),
      ])
    await purge()
    deepEqual(await ids('remembered_browsers'), ['2'])
    equal(await count('answered_challenges'), 1)
    deepEqual(await rows('select purpose from account_tokens'), [{ purpose: 'password-reset' }])
  })

  it('removes resets of many passwords that nobody started within a week, and says how many rows went', async () => {
    const prepare = (made: number) =>
      rows(`insert into mass_resets (operator, selection, created_at) values ('o', 'x', $1)`, [fromNow(made)])
    await prepare(-7 * day)
    for (let number = 0; number < 3; number += 1) await prepare(-7 * day - 1)
    await addManySessions(3)
    const { leftovers, sessions } = await purge()
    deepEqual([leftovers, sessions, await count('mass_resets')], [3, 2, 1])
  })

  it('leaves organisations out of the filters of lists once everybody has left them', async () => {
    const offered = async (): Promise<readonly string[]> =>
      (await signon.read(({ userList }) => userList.organisations({ kind: 'operator' }))).map(
        ({ name }) => name,
      )
    const [land, post] = [await test.organisation('Land Registry'), await test.organisation('Post Office')]
    await test.organisation('Nobody’s')
    const [bea, cat] = [await test.user('Bea'), await test.user('Cat')]
    const move = (who: User, to: OrganisationId | null) =>
      rows('update users set organisation_id = $1 where id = $2', [to, who.id])
    await move(bea, land)
    await move(cat, land)
    deepEqual(await offered(), ['Land Registry'])
    await move(bea, post)
    await purge()
    deepEqual(await offered(), ['Land Registry', 'Post Office'])
    await move(cat, null)
    await purge()
    deepEqual(await offered(), ['Post Office'])
    await move(cat, land)
    await purge()
    deepEqual(await offered(), ['Land Registry', 'Post Office'])
  })

  it('keeps an organisation to which somebody comes while it is being left out', async () => {
    const mint = await test.organisation('Royal Mint')
    const dee = await test.user('Dee')
    const come = (db: Connection) =>
      db.updateTable('users').set({ organisation_id: mint }).where('id', '=', dee.id).execute()
    await come(test.db)
    await rows('update users set organisation_id = null where id = $1', [dee.id])
    let purged: Promise<unknown> | undefined
    await test.db.transaction().execute(async (coming) => {
      await come(coming)
      purged = purge()
      await untilSomebodyWaits(test)
    })
    await purged
    deepEqual(await rows('select role from listed_organisations where organisation_id = $1', [mint]), [
      { role: 'normal' },
    ])
  })

  it('removes notices of a year ago', async () => {
    for (const [kind, made] of [
      ['old', -365 * day - 1],
      ['young', -365 * day],
    ] as const)
      await rows('insert into account_notices values ($1, $2, $3, $3)', [ada.id, kind, fromNow(made)])
    await purge()
    deepEqual(await rows('select kind from account_notices'), [{ kind: 'young' }])
  })
})
