import type { Logger } from 'pino'
import { systemClock } from '#kernel/clock.ts'
import { Invalid } from '#kernel/failure.ts'
import { systemRandom } from '#kernel/random.ts'
import { slowPasswords } from '#outside/passwords.ts'
import { type Connection, openDatabase } from '#store/connection.ts'
import { diagnose } from '#store/diagnosis.ts'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import { migrationStatus } from '#store/migrate.ts'
import { createSignon, type Signon } from '#store/signon.ts'
import type { Config } from './config.ts'
import { currentOrigin, watchStatements } from './observability/activity.ts'

/** Signon with its database, as one process has it. */
export interface House {
  readonly signon: Signon
  readonly db: Connection
  readonly databaseUrl: string
  /** Gives everything back that was opened. */
  close(): Promise<void>
}

/** Opens the database, the embedded one when no other is named, and puts Signon together over it. */
export const openHouse = async (
  config: Config,
  logger: Logger,
  say?: (line: string) => void,
  { isPatient = false }: { readonly isPatient?: boolean } = {},
): Promise<House> => {
  const embedded =
    config.databaseUrl === undefined
      ? await joinEmbeddedDatabase({ directory: config.dataDirectory, ...(say && { say }) })
      : undefined
  const databaseUrl = config.databaseUrl ?? embedded?.url ?? ''
  const db = openDatabase(
    databaseUrl,
    config.databaseConnections,
    (error) => logger.warn({ err: error }, 'lost a database connection'),
    { watch: watchStatements, isPatient },
  )
  const signon = createSignon({
    db,
    clock: systemClock,
    random: systemRandom,
    keys: config.keys,
    passwords: await slowPasswords(systemRandom),
    uriSubstitution: config.uriSubstitution,
    origin: currentOrigin,
  })
  return {
    signon,
    db,
    databaseUrl,
    async close() {
      await db.destroy()
      await embedded?.leave()
    },
  }
}

/** Refuses a database that lacks a migration of this version, or the queue. Throws `Invalid`. */
export const refuseOldDatabase = async (db: Connection): Promise<void> => {
  const isMigrated = (await migrationStatus(db)).every(({ appliedAt }) => appliedAt !== null)
  if (!isMigrated || !(await diagnose(db)).hasQueue)
    throw new Invalid('The database is not up to date. Run bin/signon migrate first.')
}
