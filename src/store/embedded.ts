import { closeSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { chooseAccount, keeperScript } from './embedded-account.ts'
import { prepareCluster } from './embedded-cluster.ts'
import { enter, type Keeper, startKeeper, untilReady, untilStopped } from './embedded-keeper.ts'
import { type Place, preparePlace } from './embedded-place.ts'
import { findPrograms, linkLibraries } from './embedded-programs.ts'
import { serverArguments } from './embedded-settings.ts'

export interface EmbeddedDatabase {
  /** Connection string for `pg`, over the private socket. */
  readonly url: string
  /** Where the database lies: `<data directory>/postgres`, absolute. */
  readonly directory: string
  /** Leaves the server; the last process to leave stops it, and waits for that. */
  leave(): Promise<void>
}

export interface EmbeddedOptions {
  /** The data directory, made when missing. */
  readonly directory: string
  /** Settings of PostgreSQL over ours. Whoever starts the server decides: who joins it takes it as it is. */
  readonly settings?: Readonly<Record<string, string>>
  readonly say?: (line: string) => void
}

/**
 * Joins the PostgreSQL server of a data directory, which is made and started when it is not there. It runs while
 * a process that joined it lives and has not left, and comes back by itself when it is killed.
 * Throws, saying what to do, when it cannot run on this machine or from this directory.
 */
export const joinEmbeddedDatabase = async (options: EmbeddedOptions): Promise<EmbeddedDatabase> => {
  const { directory, settings = {}, say } = options
  const programs = findPrograms()
  const place = await preparePlace(resolve(directory))
  const libraries = await linkLibraries(programs, join(place.directory, 'postgres-libraries'))
  const account = await chooseAccount(place, programs, libraries)
  await prepareCluster(place, programs, account)

  const server = [programs.postgres, ...serverArguments(place.data, place.socket, settings)]
  const keeper = account(['sh', keeperScript, place.home, place.socket, ...server])
  const database = await enterServer(place, keeper)
  say?.(`The database lies in ${place.home}. To use a PostgreSQL server of your own, set DATABASE_URL.`)
  return database
}

const enterServer = async (place: Place, keeper: Keeper): Promise<EmbeddedDatabase> => {
  const entry = enter(place)
  let left: Promise<void> | undefined
  const leave = async (): Promise<void> => {
    // The keeper may have been killed meanwhile, and somebody must stop the server.
    startKeeper(keeper)
    closeSync(entry)
    await untilStopped(place)
  }
  try {
    const url = await untilReady(place, keeper)
    return { url, directory: place.home, leave: () => (left ??= leave()) }
  } catch (error) {
    closeSync(entry)
    throw error
  }
}
