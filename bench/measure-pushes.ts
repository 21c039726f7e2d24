import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ApplicationId } from '#domain/application.ts'
import type { User, UserId } from '#domain/user.ts'
import { suspendUser } from '#features/users/suspend-user.ts'
import { rememberedFor } from '#kernel/remembered.ts'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import type { Signon } from '#store/signon.ts'
import { freePort } from '#test/free-port.ts'
import { type Program, startProgram } from './children.ts'
import { tell } from './progress.ts'
import { type Figure, median, repeat } from './rounds.ts'
import { runAll, seedDatabase } from './seed.ts'
import { withSignon } from './signon.ts'
import { signon as executable, residentMegabytes, signonSettings } from './web.ts'
import type { Workshop } from './workshop.ts'

const people = Number(process.env['BENCH_PUSHES'] ?? 10_000)
const healthyApplications = 10
const suspensionsAtATime = 20
/** So many pushes wait for the application that hangs. */
const waitingPushes = 500
const drainings = 3
const patienceMilliseconds = 300_000

/**
 * Seconds from a suspension until an application has the PUT, all but the slowest hundredth, while another application
 * answers nothing at all.
 */
export const pushDelay = (): Promise<Figure> =>
  withPeople(async ({ signon, url, startWorker }) => {
    const heard = new Map<string, number>()
    const hanging = await startApplication(signon, 'Hanging', () => false)
    const healthy = await Promise.all(
      Array.from({ length: healthyApplications }, (_, number) =>
        startApplication(signon, `Healthy ${number}`, (method, uid) => {
          if (method === 'PUT') heard.set(`${number} ${uid}`, performance.now())
          return true
        }),
      ),
    )
    await letEverybodyIn(url)
    for (let id = 1; id <= waitingPushes; id += 1) await queuePush(signon, id, hanging)
    const worker = await startWorker()
    let suspended = people / 2
    const figure = await repeat(async () => {
      const seconds: number[] = []
      for (let number = 0; number < suspensionsAtATime; number += 1) {
        suspended += 1
        const { uid, email } = await userOf(signon, suspended)
        const began = performance.now()
        await suspendUser(signon, { kind: 'console', name: 'bench' }, { email, reason: 'bench' })
        const isHeard = (): boolean => healthy.every((_, index) => heard.has(`${index} ${uid}`))
        await Promise.race([until(isHeard), worker.ended])
        for (const index of healthy.keys()) seconds.push(((heard.get(`${index} ${uid}`) ?? 0) - began) / 1000)
      }
      return seconds.toSorted((one, other) => one - other)[Math.floor(seconds.length * 0.99)] ?? 0
    })
    await worker.stop()
    for (const { server } of [hanging, ...healthy]) stopServer(server)
    return figure
  })

/** Pushes a second of the last tenth of very many, against those of the first. */
export const pushDrain = async (workshop: Workshop): Promise<Figure> => {
  const drained = await drainingsOf(workshop)
  const [firsts, lasts] = [
    drained.map(({ rates }) => rates[0] ?? 0),
    drained.map(({ rates }) => rates.at(-1) ?? 0),
  ]
  return {
    value: median(lasts),
    against: median(firsts),
    ratio: median(lasts.map((last, round) => last / (firsts[round] ?? 0))),
  }
}

/** By how many megabytes the worker grows after the first tenth of them. */
export const pushDrainMemory = async (workshop: Workshop): Promise<Figure> => {
  const growths = (await drainingsOf(workshop)).map(
    ({ resident: [first = 0, ...later] }) => Math.max(...later) - first,
  )
  return { value: median(growths), against: null, ratio: null }
}

/** How fast pushes arrived in each tenth of them, and the megabytes of the worker after it. */
interface Drained {
  readonly rates: readonly number[]
  readonly resident: readonly number[]
}

/** The same drainings serve both measures. */
const drainingsOf = rememberedFor(
  (): Promise<readonly Drained[]> =>
    withPeople(async ({ signon, url, startWorker }) => {
      const arrivals: number[] = []
      const application = await startApplication(
        signon,
        'Drained',
        () => arrivals.push(performance.now()) > 0,
      )
      await letEverybodyIn(url)
      const taken: Drained[] = []
      for (let round = 0; round < drainings; round += 1) {
        arrivals.length = 0
        for (let id = 1; id <= people; id += 1) await queuePush(signon, id, application)
        const worker = await startWorker()
        taken.push(await Promise.race([drain(arrivals, worker.pid), worker.ended]))
        await worker.stop()
      }
      stopServer(application.server)
      return taken
    }),
)

const parts = 10

const drain = async (arrivals: readonly number[], worker: number): Promise<Drained> => {
  const tenth = Math.floor(people / parts)
  const rates: number[] = []
  const resident: number[] = []
  for (let part = 0; part < parts; part += 1) {
    await until(() => arrivals.length >= (part + 1) * tenth)
    rates.push(rateOf(arrivals.slice(part * tenth, (part + 1) * tenth)))
    resident.push(await residentMegabytes(worker))
  }
  tell(
    `  pushes a second by tenths: ${rates.map(Math.round).join(', ')}; megabytes: ${resident.map(Math.round).join(', ')}`,
  )
  return { rates, resident }
}

interface Pushed {
  readonly signon: Signon
  readonly url: string
  readonly startWorker: () => Promise<Program>
}

/** A database of its own with many people, whom no application but those of the measure is to hear of. */
const withPeople = async <Result>(measure: (pushed: Pushed) => Promise<Result>): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'signon-bench-'))
  const server = await joinEmbeddedDatabase({ directory })
  try {
    const { url } = server
    await seedDatabase(url, people)
    await runAll(url, ['update applications set supports_push_updates = false'], people)
    const startWorker = async (): Promise<Program> =>
      startProgram(executable, ['worker'], {
        ...signonSettings(url),
        SIGNON_METRICS_PORT: String(await freePort()),
      })
    return await withSignon(url, (signon) => measure({ signon, url, startWorker }))
  } finally {
    await server.leave()
    await rm(directory, { recursive: true, force: true })
  }
}

interface Application {
  readonly id: ApplicationId
  readonly server: Server
}

/** An application that answers 200 to every call that `take` takes, and nothing to others. */
const startApplication = async (
  signon: Signon,
  name: string,
  take: (method: string, uid: string) => boolean,
): Promise<Application> => {
  const server = createServer((request, response) => {
    const [, uid = ''] = /users\/([^/]+)/.exec(request.url ?? '') ?? []
    request.resume()
    if (take(request.method ?? '', uid)) response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { id } = await signon.transaction(async (work) => {
    const added = await work.applications.add({
      name,
      clientId: name,
      description: name,
      homeUri: null,
      redirectUris: [`http://127.0.0.1:${port}/auth/gds/callback`],
      isApiOnly: false,
      isGdsOnly: false,
      isDirectoryApi: false,
      supportsPushUpdates: true,
      requiresPkce: false,
    })
    const signin = { name: 'signin', isDelegated: true, isDefault: false, isGrantableFromUi: true }
    await work.grants.addPermission(added.id, signin)
    return added
  })
  return { id, server }
}

const letEverybodyIn = (url: string): Promise<void> =>
  runAll(
    url,
    [
      `insert into grants (user_id, application_id, permission_id, created_at)
       select u.id, p.application_id, p.id, u.created_at
       from users u, permissions p join applications a on a.id = p.application_id
       where a.supports_push_updates and p.name = 'signin' and u.kind = 'person'
       on conflict do nothing`,
      'analyze',
    ],
    people,
  )

const queuePush = (signon: Signon, id: number, { id: application }: Application): Promise<void> =>
  signon.single.jobs.add({ name: 'push-user-update', payload: { user: id as UserId, application } })

const userOf = async (signon: Signon, id: number): Promise<User> => {
  const user = await signon.single.users.seek(id as UserId)
  if (!user) throw new Error(`There is no user ${id}.`)
  return user
}

const stopServer = (server: Server): void => {
  server.close()
  server.closeAllConnections()
}

const rateOf = (arrivals: readonly number[]): number =>
  (1000 * (arrivals.length - 1)) / ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0))

const until = async (holds: () => boolean): Promise<void> => {
  for (const began = performance.now(); !holds(); await pause(5))
    if (performance.now() - began > patienceMilliseconds) throw new Error('Not all pushes arrived.')
}
