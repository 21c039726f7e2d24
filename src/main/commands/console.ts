import { userInfo } from 'node:os'
import type { Actor } from '#domain/events.ts'
import { Failure, Unavailable } from '#kernel/failure.ts'
import { type Config, type Environment, readConfig } from '#main/config.ts'
import type { House } from '#main/house.ts'
import type { Signon } from '#store/signon.ts'

/** Opens the house for `work`, and closes it whatever happens. What is heavy is loaded only now. */
export const withHouse = async <T>(config: Config, work: (house: House) => Promise<T>): Promise<T> => {
  const house = await open(config)
  try {
    return await work(house)
  } finally {
    await house.close()
  }
}

/** Runs use cases as the operator, on a database that is up to date. Throws `Invalid` when it is not. */
export const withSignon = <T>(
  environment: Environment,
  work: (signon: Signon, operator: Actor, config: Config) => Promise<T>,
): Promise<T> => {
  const config = readConfig(environment)
  return withHouse(config, async ({ db, signon }) => {
    const { refuseOldDatabase } = await import('#main/house.ts')
    await refuseOldDatabase(db)
    return work(signon, operatorOf(environment), config)
  })
}

const open = async (config: Config): Promise<House> => {
  const { openHouse } = await import('#main/house.ts')
  const { createLogger } = await import('#main/logger.ts')
  try {
    // Standard output is for the answer.
    return await openHouse(config, createLogger('silent', 'command'))
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
