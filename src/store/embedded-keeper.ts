import { spawn } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'

import { databaseName } from './embedded-cluster.ts'
import { commandEnvironment } from './embedded-command.ts'
import type { Place } from './embedded-place.ts'

const pauseMilliseconds = 25
const keeperMilliseconds = 500
const startSeconds = 120
const stopSeconds = 30

/** The command of a keeper. */
export type Keeper = readonly string[]

/** Starts a keeper in a session of its own. It ends at once when there is one already. */
export const startKeeper = ([program = '', ...given]: Keeper): KeeperState => {
  const state = { ended: false, failed: false }
  const child = spawn(program, given, { env: commandEnvironment, cwd: '/', detached: true, stdio: 'ignore' })
  const end = (failed: boolean) => Object.assign(state, { ended: true, failed })
  child.on('error', () => end(true)).on('exit', (code) => end(code !== 0))
  child.unref()
  return state
}

interface KeeperState {
  readonly ended: boolean
  readonly failed: boolean
}

/** Registers this process as a user of the server, until the descriptor it gives is closed or the process ends. */
export const enter = ({ users }: Place): number =>
  // For reading too: opening for writing alone would fail while no keeper reads.
  openSync(users, constants.O_RDWR | constants.O_NOFOLLOW)

/** Waits for the server to answer, with a keeper there. Gives its connection string. */
export const untilReady = async (place: Place, keeper: Keeper): Promise<string> => {
  let started = startKeeper(keeper)
  for (let waited = 0; waited < startSeconds * 1000; waited += pauseMilliseconds) {
    // Only then: a server that is being stopped may still answer.
    const url = existsSync(place.stopping) ? null : connectionString(place)
    if (url !== null && (await answers(url))) return url
    if (started.failed) break
    await pause(pauseMilliseconds)
    // Ours gave way to one that may have ended since.
    if (started.ended && waited % keeperMilliseconds === 0) started = startKeeper(keeper)
  }
  throw new Error(`The embedded PostgreSQL does not start. ${lastWords(place)}`)
}

/** Waits for the server to stop, unless somebody else uses it. */
export const untilStopped = async (place: Place): Promise<void> => {
  for (let waited = 0; waited < stopSeconds * 1000; waited += pauseMilliseconds) {
    const isRunning = existsSync(postmasterFile(place)) || existsSync(place.stopping)
    if (!isRunning || isUsed(place)) return
    await pause(pauseMilliseconds)
  }
}

const postmasterFile = ({ data }: Place): string => join(data, 'postmaster.pid')

// The server itself says where it listens: whoever started it may have had another temporary directory.
const connectionString = (place: Place): string | null => {
  const lines = linesOf(postmasterFile(place))
  const [socket, status] = [lines[4], lines[7]]
  if (!socket || status?.trim() !== 'ready') return null
  return `postgresql://${databaseName}@localhost/${databaseName}?host=${encodeURIComponent(socket)}`
}

const answers = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

// Reading a fifo finds its end where nobody has it open for writing, and fails for want of data where somebody has.
const isUsed = ({ users }: Place): boolean => {
  let descriptor: number | undefined
  try {
    descriptor = openSync(users, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    return readSync(descriptor, Buffer.alloc(1)) > 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN'
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

const lastWords = ({ home }: Place): string => {
  const words = linesOf(join(home, 'keeper.log')).filter(Boolean).slice(-2)
  return [...words, `Its logs are in ${join(home, 'log')}.`].join('\n')
}

const linesOf = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
