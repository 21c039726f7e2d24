import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { run } from './embedded-command.ts'

/** Where everything of one embedded database lies. */
export interface Place {
  /** The data directory of the service. */
  readonly directory: string
  /** All of the database, open to its owner alone. */
  readonly home: string
  /** What initdb makes. */
  readonly data: string
  /** The directory of the Unix socket, should this process start the server. */
  readonly socket: string
  /** A fifo that users hold open for writing. */
  readonly users: string
  /** There while the server is being stopped. */
  readonly stopping: string
  readonly owner: Owner
}

/** Whose the files are, and who runs the server. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * The owner, where root starts the service: PostgreSQL refuses to run as root. Not `nobody`, whose other processes
 * could then read the data and signal the server, but an id that Debian and systemd leave unused and that
 * is small enough to exist in a container with its own range of ids.
 */
const dedicated: Owner = { uid: 65526, gid: 65526 }

const longestSocketPath = 107

/** Makes sure of `<directory>/postgres` and of whose it is. Throws when it belongs to somebody else. */
export const preparePlace = async (directory: string): Promise<Place> => {
  await mkdir(directory, { recursive: true })
  const real = await realpath(directory)
  const home = join(real, 'postgres')
  await mkdir(home, { mode: 0o700 }).catch(unlessPresent)
  const owner = await settleOwner(home)
  return {
    directory: real,
    home,
    data: join(home, 'data'),
    socket: socketDirectory(home),
    users: join(home, 'users'),
    stopping: join(home, 'stopping'),
    owner,
  }
}

const unlessPresent = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error
}

const settleOwner = async (home: string): Promise<Owner> => {
  const { uid, gid } = await lstat(home)
  const self = process.geteuid?.()
  if (self === 0) {
    // A directory that an ordinary user began stays theirs, so that they may go on without root.
    if (uid !== 0) return { uid, gid }
    await chmod(home, 0o700)
    await run(['chown', '-R', '-h', `${dedicated.uid}:${dedicated.gid}`, home]).catch((cause) => {
      throw new Error(`The embedded PostgreSQL does not run as root, and ${ordinaryAdvice}`, { cause })
    })
    return dedicated
  }
  if (uid === self) return { uid, gid }
  throw new Error(
    `${home} belongs to user ${uid}, who started Signon here before: start it as root or as that user again, or set SIGNON_DATA_DIR to another directory.`,
  )
}

const ordinaryAdvice =
  'this root may not give files to another user: start Signon as an ordinary user, or set DATABASE_URL to a PostgreSQL server.'

const socketDirectory = (home: string): string => {
  const within = join(home, 'socket')
  if (fits(within)) return within
  const name = `signon-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`
  // Root's own temporary directory is often closed to the account that the server runs as.
  const short = join(process.geteuid?.() === 0 ? '/tmp' : resolve(tmpdir()), name)
  if (fits(short)) return short
  throw new Error(`${short} is too long for a Unix socket: set TMPDIR or SIGNON_DATA_DIR to a shorter path.`)
}

const fits = (directory: string): boolean =>
  Buffer.byteLength(join(directory, '.s.PGSQL.5432')) <= longestSocketPath
