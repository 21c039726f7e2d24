import { Client } from 'pg'
import { systemClock } from '#kernel/clock.ts'
import { systemRandom } from '#kernel/random.ts'
import { prepareDatabase } from '#main/database.ts'
import { argon2Hasher } from '#outside/argon2.ts'
import { tell } from './progress.ts'
import { seedStatements } from './seed.sql.ts'
import { everybodysPassword, type Seeded } from './seeded.ts'

/** Migrates the database at `url` as the service does, and fills it with so many users and all that belongs to them. */
export const seedDatabase = async (url: string, users: number): Promise<Seeded> => {
  const began = performance.now()
  const seeded: Seeded = { users, at: await migrated(url) }
  const { everybody, everyToken } = seedStatements(users, seeded.at, await everybodysHash())
  await Promise.all([runAll(url, everybody, users), runAll(url, everyToken, users)])
  await settle(url, seeded, began)
  return seeded
}

/** Migrates the database; when, in milliseconds since 1970. */
export const migrated = async (url: string): Promise<number> => {
  await prepareDatabase(url, systemClock)
  return systemClock.now().getTime()
}

export const everybodysHash = async (): Promise<string> =>
  (await argon2Hasher(systemRandom)).hash(everybodysPassword)

/** Leaves a filled database as a server has it that has been running for long. */
export const settle = async (url: string, { users }: Seeded, began: number): Promise<void> => {
  await runAll(url, ['vacuum (analyze)', 'checkpoint'], users)
  tell(
    `${users.toLocaleString('en')} users are in, after ${Math.round((performance.now() - began) / 1000)} s`,
  )
}

/** Runs these one after another, over one connection. */
export const runAll = async (url: string, statements: readonly string[], users: number): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // The rows refer to each other by the way they are made, so that looking each reference up is spared.
    await client.query('set session_replication_role = replica')
    for (const text of statements) {
      const began = performance.now()
      await client.query(text)
      const seconds = (performance.now() - began) / 1000
      if (seconds > 2)
        tell(`  ${users.toLocaleString('en')} users: ${firstWords(text)} took ${seconds.toFixed(1)} s`)
    }
  } finally {
    await client.end()
  }
}

const firstWords = (text: string): string => text.split(/\s+/, 3).join(' ')
