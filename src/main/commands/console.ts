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

/** Runs use cases as the operator, on a database that is up to date. Throws `Unavailable` when it is not. */
export const withSignon = <T>(
  environment: Environment,
  work: (signon: Signon, operator: Actor, config: Config) => Promise<T>,
): Promise<T> => {
  const config = readConfig(environment)
  return withHouse(config, async ({ db, signon }) => {
    const { migrationStatus } = await import('#store/migrate.ts')
    const { diagnose } = await import('#store/diagnosis.ts')
    const isCurrent = (await migrationStatus(db)).every(({ appliedAt }) => appliedAt !== null)
    if (!isCurrent || !(await diagnose(db)).hasQueue)
      throw new Unavailable('The database is not up to date. Run bin/signon migrate first.')
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

/** Whoever ran the command, behind sudo too. */
const operatorOf = (environment: Environment): Actor => {
  const { SUDO_USER, USER, LOGNAME } = environment
  return { kind: 'console', name: SUDO_USER || USER || LOGNAME || loginOfProcess() }
}

// A process in a container may have a number and no name.
const loginOfProcess = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
