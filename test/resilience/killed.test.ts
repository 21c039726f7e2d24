import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Client } from 'pg'
import type { User } from '#domain/user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import type { Signon } from '#store/signon.ts'
import { TestBrowser } from '#test/browser.ts'
import { freePort } from '#test/free-port.ts'
import type { People, TestApplication } from '#test/people.ts'
import { operator } from '#test/signon.ts'
import { editorOf, exchangerOf, keepDoing, signInAgain } from './load.ts'
import { type MortalHouse, openMortalHouse } from './mortal-house.ts'
import { type Running, type Settings, startSignonProcess, statusOf, until } from './processes.ts'

let house: MortalHouse
let signon: Signon
let made: People
let settings: Settings
let url: string

before(async () => {
  house = await openMortalHouse()
  ;({ signon, made } = house)
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  settings = { ...house.settingsFor(url), PORT: String(port) }
})

after(() => house.close())

const startWeb = async (): Promise<Running> => {
  const web = startSignonProcess('web', settings)
  await until('web is ready', async () => (await statusOf(`${url}/healthcheck/ready`)) === 200)
  return web
}

const eventsAbout = async (uid: string, numbers: readonly number[]): Promise<number> => {
  const client = new Client({ connectionString: house.embedded.url })
  await client.connect()
  const { rows } = await client.query(
    'select count(*)::integer as count from events where about_uid = $1 and number = any ($2)',
    [uid, numbers],
  )
  await client.end()
  return rows[0].count
}

describe('kill -9', () => {
  it('of the database: 503 while it is away, back without a restart, and nothing acknowledged is lost', async () => {
    const application = await made.application('Killed', { supportsPushUpdates: false })
    const user = await made.user('Database', { uses: [application] })
    const changed = await made.user('Changed')
    const administrator = await made.user('Changes', { role: 'superadmin', twoStep: true })
    const sessionOf = ({ id }: User) => signon.single.sessions.open(id, 'full', {})
    const web = await startWeb()
    const exchanger = exchangerOf(url, await sessionOf(user), application)
    const editor = editorOf(url, await sessionOf(administrator), changed, application.id)
    const signIns = keepDoing(2, () => signInAgain(url, user.email))
    const exchanges = keepDoing(1, () => exchanger.signIn())
    const loads = [signIns, exchanges, keepDoing(1, () => editor.change())]
    const goOn = async (): Promise<void> => {
      const counts = loads.map(({ done }) => done())
      await until('every load has gone on', async () =>
        loads.every(({ done }, index) => done() > (counts[index] ?? 0) + 5),
      )
    }
    await goOn()
    await killPostmaster()
    await until('somebody was told to come back', async () => (signIns.seen[503] ?? 0) > 0)
    await goOn()
    for (const { stop } of loads) await stop()

    // Of what waits for the disk nothing is lost; a code does not wait, and may be (docs/adr/0016).
    const answers = loads.map(({ seen }) => Object.keys(seen))
    deepEqual(
      answers.map((statuses) => statuses.filter((status) => !['302', '303', '503'].includes(status))),
      [[], answers[1]?.includes('400') ? ['400'] : [], answers[2]?.includes('404') ? ['404'] : []],
    )
    ok((exchanges.seen[400] ?? 0) <= 1)
    ok((await eventsAbout(user.uid, [11])) >= signIns.done())
    ok((await eventsAbout(changed.uid, [35, 36])) >= editor.acknowledged())
    deepEqual(exchanger.contradictions, [])
    ok(exchanger.told.length > 10)
    for (const { refreshToken, isRevoked } of exchanger.told)
      equal(await exchanger.isGood(refreshToken), !isRevoked)
    equal(await statusOf(`${url}/healthcheck/ready`), 200)
    web.kill('SIGTERM')
    equal(await web.ended, 0)
  })

  it('of web: nothing acknowledged is lost, and sessions outlive it', async () => {
    const user = await made.user('Web')
    const first = await startWeb()
    const browser = new TestBrowser(url)
    await browser.signIn(user.email)
    const load = keepDoing(3, () => signInAgain(url, user.email))
    await until('somebody has signed in', async () => load.done() > 5)
    first.kill('SIGKILL')
    equal(await first.ended, 'SIGKILL')
    await load.stop()
    ok((await eventsAbout(user.uid, [11])) >= load.done() + 1)

    const second = await startWeb()
    equal((await browser.get('/')).status, 200)
    second.kill('SIGTERM')
    equal(await second.ended, 0)
  })

  it('of the worker: its job runs again in another one', async () => {
    const application = await listeningApplication()
    const user = await made.user('Worker', { uses: [application.registered] })
    // The worker calls the application, which asks web whether it may.
    const web = await startWeb()
    const first = startSignonProcess('worker', settings)
    application.hang()
    await suspendUser(signon, operator, { email: user.email, reason: 'left' })
    await until('the push hangs', async () => application.calls.length > 0)
    first.kill('SIGKILL')
    await first.ended

    application.answer()
    const heard = application.calls.length
    const second = startSignonProcess('worker', settings)
    await until(
      'the push comes again',
      async () => application.calls.slice(heard).includes(`PUT ${user.uid}`),
      150,
    )
    await until('and the queue is empty', async () => (await jobsWaiting()) === 0, 60)
    second.kill('SIGTERM')
    equal(await second.ended, 0)
    web.kill('SIGTERM')
    await web.ended
    application.close()
  })
})

const killPostmaster = async (): Promise<void> => {
  const [pid] = (await readFile(join(house.embedded.directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGKILL')
}

const jobsWaiting = async (): Promise<number> => {
  const client = new Client({ connectionString: house.embedded.url })
  await client.connect()
  const { rows } = await client.query('select count(*)::integer as count from graphile_worker.jobs')
  await client.end()
  return rows[0].count
}

/** An application that hears pushes, or lets them hang. */
const listeningApplication = async () => {
  const calls: string[] = []
  let isHanging = false
  const server = createServer((request, response) => {
    const [, uid = ''] = /users\/([^/]+)/.exec(request.url ?? '') ?? []
    calls.push(`${request.method} ${uid}`)
    request.resume().on('end', () => {
      if (!isHanging) response.writeHead(200, { 'content-type': 'text/plain' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/gds/callback`
  const registered: TestApplication = await made.application('Listening', { redirectUris: [redirectUri] })
  return {
    registered,
    calls,
    hang: () => {
      isHanging = true
    },
    answer: () => {
      isHanging = false
      server.closeAllConnections()
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
