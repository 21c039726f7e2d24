import { listCases, type PageCase, personCases, reachCases, statisticsCases } from './administration-cases.ts'
import { tell } from './progress.ts'
import type { Figure } from './rounds.ts'
import { administrators, sessionOf } from './seeded.ts'
import { openWire, requestText, type Wire } from './wire.ts'
import type { FilledDatabase, Size, Workshop } from './workshop.ts'

/** Requests of each case, one after another, in some series; those before them warm everything up and do not count. */
const counted = 20
const series = 3
const warmUps = 3

type CasesOf = (database: FilledDatabase) => Promise<readonly PageCase[]>

/** The page as one of the two services answers it: in milliseconds, in the order of the addresses. */
interface Side {
  readonly cases: readonly PageCase[]
  time(page: PageCase, index: number): Promise<number>
  close(): void
}

/** How long pages take with a million people and with a thousand: of 20 requests 19 take no longer. */
const pageTimes =
  (casesOf: CasesOf) =>
  async (workshop: Workshop): Promise<Figure> => {
    const large = await sideOf(workshop, 'administration-large', casesOf)
    const small = await sideOf(workshop, 'administration-small', casesOf)
    const times: Times[] = []
    for (const [index, page] of large.cases.entries()) {
      const other = small.cases[index]
      if (!other) throw new Error(`There is no case ${page.name} with few people.`)
      times.push(await timesOf(page, large, other, small))
    }
    large.close()
    small.close()
    return worstOf(times)
  }

export const usersList = pageTimes(({ url }) => listCases(url))
export const reach = pageTimes(({ url }) => reachCases(url))
export const userPage = pageTimes(async ({ url, seeded }) => (await personCases(url, seeded.users)).user)
export const accessLog = pageTimes(async ({ url, seeded }) => (await personCases(url, seeded.users)).log)
export const usersWithAccess = pageTimes(
  async ({ url, seeded }) => (await personCases(url, seeded.users)).access,
)
export const statistics = pageTimes(async () => statisticsCases)

const sideOf = async (workshop: Workshop, size: Size, casesOf: CasesOf): Promise<Side> => {
  const database = await workshop.database(size)
  const { port } = await workshop.web(size)
  const wire = await openWire(port)
  return {
    cases: await casesOf(database),
    time: (page, index) => timeOf(wire, requestOf(page, index, database)),
    close: () => wire.close(),
  }
}

const requestOf = ({ as, addresses }: PageCase, index: number, { seeded }: FilledDatabase): string => {
  const cookie = `__Host-signon_session=${sessionOf(seeded, administrators[as])}`
  return requestText('GET', addresses[index % addresses.length] ?? '', { cookie, accept: 'text/html' })
}

const timeOf = async (wire: Wire, request: string): Promise<number> => {
  const began = performance.now()
  const { status } = await wire.send(request)
  if (status !== 200) throw new Error(`A page answered ${status}: ${request.split('\r\n', 1)}`)
  return performance.now() - began
}

interface Times {
  readonly name: string
  readonly large: number
  readonly small: number
}

/** Of each side, the series that was disturbed least: neighbours of a machine only ever add something. */
const timesOf = async (page: PageCase, large: Side, other: PageCase, small: Side): Promise<Times> => {
  const all: Record<'large' | 'small', number[]> = { large: [], small: [] }
  for (let index = -warmUps; index < series * counted; index += 1) {
    const place = index + warmUps
    const pair = { large: await large.time(page, place), small: await small.time(other, place) }
    if (index < 0) continue
    all.large.push(pair.large)
    all.small.push(pair.small)
  }
  const times = { name: page.name, large: quietest(all.large), small: quietest(all.small) }
  tell(
    `  ${times.large.toFixed(1)} ms against ${times.small.toFixed(1)}, ${(times.large / times.small).toFixed(2)}: ${page.name}`,
  )
  return times
}

const quietest = (values: readonly number[]): number =>
  Math.min(
    ...Array.from({ length: series }, (_, part) =>
      percentile(values.slice(part * counted, (part + 1) * counted)),
    ),
  )

/** 19 of 20 are no greater. */
const percentile = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * 0.95) - 1] ?? 0

const worstOf = (times: readonly Times[]): Figure => {
  const most = (of: (one: Times) => number): Times =>
    times.reduce((worst, one) => (of(one) > of(worst) ? one : worst))
  const ratio = ({ large, small }: Times): number => large / small
  const [slowest, furthest] = [most(({ large }) => large), most(ratio)]
  return {
    value: slowest.large,
    against: slowest.small,
    ratio: ratio(furthest),
    worst: `slowest: ${slowest.name}; furthest from few people: ${furthest.name} (${furthest.large.toFixed(1)} ms)`,
  }
}
