import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sql } from 'kysely'
import { after as later, second, systemClock } from '#kernel/clock.ts'
import type { Signon } from '#store/signon.ts'
import { type ApplicationServer, startApplicationServer } from '#test/application-server.ts'
import { freePort } from '#test/free-port.ts'
import type { People } from '#test/people.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import { type Editor, editorOf, keepDoing, signInAgain } from './load.ts'
import { type MortalHouse, openMortalHouse } from './mortal-house.ts'
import { type Running, startSignonProcess, statusOf, until } from './processes.ts'

let house: MortalHouse
let signon: Signon
let made: People
let balancer: Balancer
let webs: readonly Running[]
let workers: readonly Running[]

before(async () => {
  house = await openMortalHouse()
  ;({ signon, made } = house)
  balancer = await startBalancer()
  const settings = { ...house.settingsFor(balancer.url), SIGNON_METRICS_PORT: '0' }
  const ports = [await freePort(), await freePort()]
  webs = ports.map((port) => startSignonProcess('web', { ...settings, PORT: String(port) }))
  workers = [startSignonProcess('worker', settings), startSignonProcess('worker', settings)]
  for (const port of ports)
    await until(
      'web is ready',
      async () => (await statusOf(`http://127.0.0.1:${port}/healthcheck/ready`)) === 200,
    )
  balancer.serve(ports)
})

after(async () => {
  for (const running of [...webs, ...workers]) running.kill('SIGTERM')
  await Promise.all([...webs, ...workers].map(({ ended }) => ended))
  await balancer.stop()
  await house.close()
})

describe('two web processes and two workers, while the database restarts and one web process is killed', () => {
  it('keep every acknowledged change, push each in the end, and go on', async () => {
    const application = await startApplicationServer({ ...made, url: balancer.url }, 'Pushed To')
    const person = await made.user('Signs In')
    const editors = await Promise.all([1, 2, 3, 4].map((number) => newEditor(number, application)))
    const signIns = keepDoing(2, () => signInAgain(balancer.url, person.email))
    const changes = editors.map((editor) => keepDoing(1, () => editor.change()))
    const loads = [signIns, ...changes]
    const goOn = async (): Promise<void> => {
      const counts = loads.map(({ done }) => done())
      await until('every load has gone on', async () =>
        loads.every(({ done }, index) => done() > (counts[index] ?? 0) + 1),
      )
    }

    await goOn()
    await restartDatabase()
    await goOn()
    webs[0]?.kill('SIGKILL')
    equal(await webs[0]?.ended, 'SIGKILL')
    await goOn()
    for (const { stop } of loads) await stop()

    const statuses = new Set(loads.flatMap(({ seen }) => Object.keys(seen)))
    // 0 is a connection that was cut; 404 is what somebody gets who takes away what a cut request had taken.
    deepEqual(
      [...statuses].filter((status) => !['0', '302', '303', '404', '503'].includes(status)),
      [],
    )
    ok((await eventsAbout(person.uid, [11])) >= signIns.done())
    for (const { user, hasAccess, acknowledged } of editors) {
      ok((await eventsAbout(user.uid, [35, 36])) >= acknowledged())
      equal(await mayEnter(user.uid, application), hasAccess())
    }
    await until('every push has arrived', () => queueIsEmpty(), 60)
    for (const { user, hasAccess } of editors)
      equal(application.users.get(user.uid)?.permissions.includes('signin'), hasAccess())
    await application.stop()
  })
})

/** Somebody whom an administrator of their own lets into the application, and out again. */
const newEditor = async (number: number, application: ApplicationServer): Promise<Editor> => {
  const user = await made.user(`Changed ${number}`)
  const administrator = await made.user(`Changes ${number}`, { role: 'superadmin', twoStep: true })
  const session = await signon.single.sessions.open(administrator.id, 'full', {})
  return editorOf(balancer.url, session, user, application.id)
}

/** Stops the server as its own programs do for a restart: whoever is connected is thrown out. Its keeper starts it again. */
const restartDatabase = async (): Promise<void> => {
  const file = join(house.embedded.directory, 'data', 'postmaster.pid')
  const pidOf = async (): Promise<number> => Number((await readFile(file, 'utf8')).split('\n')[0])
  const former = await pidOf()
  process.kill(former, 'SIGINT')
  await until('the database is there again', async () => (await pidOf()) !== former)
}

const eventsAbout = async (uid: string, numbers: readonly number[]): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from events where about_uid = ${uid} and number = any(${numbers})`.execute(
    house.db,
  )
  return rows[0]?.count ?? 0
}

const mayEnter = async (uid: string, { id }: ApplicationServer): Promise<boolean> => {
  const { rows } = await sql`
    select from grants g join users u on u.id = g.user_id
    where u.uid = ${uid} and g.application_id = ${id}`.execute(house.db)
  return rows.length > 0
}

/** Time goes faster for what waits: tries that failed are due, and who lost the database lost it a while ago. */
const queueIsEmpty = async (): Promise<boolean> => {
  const now = systemClock.now()
  await sql`update graphile_worker._private_jobs set run_at = ${now} where locked_at is null`.execute(
    house.db,
  )
  await sql`
    update graphile_worker._private_jobs set locked_at = ${later(now, -60 * second)}
    where locked_at is not null`.execute(house.db)
  const { rows } = await sql`select from graphile_worker.jobs`.execute(house.db)
  return rows.length === 0
}
