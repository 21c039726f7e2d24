import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import { type Companion, startCompanion } from './children.ts'
import type { Done, Order } from './orders.ts'
import { tell } from './progress.ts'
import { seedDatabase } from './seed.ts'
import { seedAdministration } from './seed-administration.ts'
import type { Seeded } from './seeded.ts'
import { startWeb, type Web } from './web.ts'

/** A filled database on a server of its own, set up as the service sets it up by itself. */
export interface FilledDatabase {
  readonly url: string
  readonly seeded: Seeded
}

/** A thousand people or a million: with tokens as applications have them, or as administration meets them. */
export type Size = 'small' | 'large' | 'administration-small' | 'administration-large'

/** Everything that measures need, each thing started when it is asked for first, and all of it stopped by `close`. */
export interface Workshop {
  database(size: Size): Promise<FilledDatabase>
  /** The service over that database, as `bin/signon web` runs it. */
  web(size: Size): Promise<Web>
  /** The same once more, over any database; it is the caller's to stop. */
  anotherWeb(databaseUrl: string): Promise<Web>
  /** A process of ours, by its file; one of each. */
  companion(file: string): Companion
  /** Has the load generator do this. Throws when an answer was not as it should be. */
  load(order: Order): Promise<Done>
  close(): Promise<void>
}

const few = 1000
const many = Number(process.env['BENCH_LARGE_USERS'] ?? 1_000_000)

const sizes = {
  small: { users: few, seed: seedDatabase },
  large: { users: many, seed: seedDatabase },
  'administration-small': { users: few, seed: seedAdministration },
  'administration-large': { users: many, seed: seedAdministration },
} as const satisfies Record<Size, object>

export const openWorkshop = (): Workshop => {
  const closing: (() => Promise<void>)[] = []
  const databases = new Map<Size, Promise<FilledDatabase>>()
  const webs = new Map<Size, Promise<Web>>()
  const companions = new Map<string, Companion>()

  const fill = async (size: Size): Promise<FilledDatabase> => {
    const { users, seed } = sizes[size]
    tell(`Filling a database with ${users.toLocaleString('en')} users …`)
    const directory = await mkdtemp(join(tmpdir(), 'signon-bench-'))
    closing.push(() => rm(directory, { recursive: true, force: true }))
    const server = await joinEmbeddedDatabase({ directory })
    closing.push(() => server.leave())
    return { url: server.url, seeded: await seed(server.url, users) }
  }
  const start = async (size: Size): Promise<Web> => {
    const web = await startWeb((await workshop.database(size)).url)
    closing.push(() => web.stop())
    return web
  }

  const workshop: Workshop = {
    database: (size) => once(databases, size, () => fill(size)),
    web: (size) => once(webs, size, () => start(size)),
    anotherWeb: (databaseUrl) => startWeb(databaseUrl),
    companion: (file) =>
      once(companions, file, () => {
        const companion = startCompanion(file)
        closing.push(() => companion.stop())
        return companion
      }),
    async load(order) {
      const done = await workshop.companion('generator.ts').ask<Done>(order)
      if (done.fault !== undefined) throw new Error(done.fault)
      return done
    },
    async close() {
      for (const step of closing.splice(0).reverse()) await step()
    },
  }
  return workshop
}

const once = <Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value => {
  const there = known.get(key)
  if (there !== undefined) return there
  const made = make()
  known.set(key, made)
  return made
}
