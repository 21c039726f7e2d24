import { userInfo } from 'node:os'
import type { Actor } from '#domain/events.ts'
import { Failure, Unavailable } from '#kernel/failure.ts'
import { type Config, type Environment, readConfig } from '#main/config.ts'
import type { House } from '#main/house.ts'
import type { Connection } from '#store/connection.ts'
import type { Signon } from '#store/signon.ts'

/** Opens the house for `work`, and closes it whatever happens. What is heavy is loaded only now. */
export const withHouse = async <T>(
  config: Config,
  work: (house: House) => Promise<T>,
  patience: Patience = {},
): Promise<T> => {
  const house = await open(config, patience)
  try {
    return await work(house)
  } finally {
    await house.close()
  }
}

/** Runs use cases as the operator, on a database that is up to date. Throws `Invalid` when it is not. */
export const withSignon = <T>(
  environment: Environment,
  work: (signon: Signon, operator: Actor, config: Config, db: Connection) => Promise<T>,
  patience: Patience = {},
): Promise<T> => {
  const config = readConfig(environment)
  const working = async ({ db, signon }: House): Promise<T> => {
    const { refuseOldDatabase } = await import('#main/house.ts')
    await refuseOldDatabase(db)
    return work(signon, operatorOf(environment), config, db)
  }
  return withHouse(config, working, patience)
}

/** How long one statement may take: as long as a page may, unless whoever sends it is patient. */
interface Patience {
  readonly isPatient?: boolean
}

const open = async (config: Config, patience: Patience): Promise<House> => {
  const { openHouse } = await import('#main/house.ts')
  const { createLogger } = await import('#main/observability/logger.ts')
  try {
    // Standard output is for the answer.
    return await openHouse(config, createLogger('silent', 'command'), undefined, patience)
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Unavailable(error instanceof Error ? error.message : String(error))
  }
}

/** Whoever ran the command. Behind sudo only root is believed: the environment of others says what they like. */
const operatorOf = ({ SUDO_USER, USER, LOGNAME }: Environment): Actor => {
  const isRoot = process.getuid?.() === 0
  return { kind: 'console', name: (isRoot && SUDO_USER) || loginOfProcess() || USER || LOGNAME || 'unknown' }
}

// A process in a container may have a number and no name.
const loginOfProcess = (): string | undefined => {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
