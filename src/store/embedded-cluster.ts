import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Account } from './embedded-account.ts'
import { commandEnvironment, run } from './embedded-command.ts'
import type { Place } from './embedded-place.ts'
import type { Programs } from './embedded-programs.ts'

/** The superuser and the database, of the same name. */
export const databaseName = 'signon'

/** initdb wants a user who has a name, and this one has one everywhere. It owns nothing once the cluster is made. */
const named = { uid: 65534, gid: 65534 }

/** Makes the database cluster and the fifo of its users, where they are not there yet. */
export const prepareCluster = async (place: Place, programs: Programs, account: Account): Promise<void> => {
  if (await isPrepared(place)) return
  const hold = ['flock', join(place.home, 'making.lock'), 'sh', '-c', 'echo locked; exec cat']
  const release = await lock(account(hold))
  try {
    if (!(await exists(place.data))) await makeCluster(place, programs, account)
    if (!(await exists(place.users))) await run(account(['mkfifo', '-m', '600', place.users]))
  } finally {
    release()
  }
}

const isPrepared = async (place: Place): Promise<boolean> =>
  (await exists(place.data)) && (await exists(place.users))

// The kernel frees the lock when we end, however we do: `cat` then reads the end of its input.
const lock = async ([program = '', ...given]: readonly string[]): Promise<() => void> => {
  const holder = spawn(program, given, {
    env: commandEnvironment,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'close').then(() =>
    Promise.reject(new Error('Cannot lock the embedded database.')),
  )
  await Promise.race([once(holder.stdout, 'data'), ended])
  ended.catch(() => undefined)
  return () => holder.stdin.end()
}

// Made aside and renamed when whole, so that a cluster that is there is complete. Not within the server's own
// directory: what is there root cannot trust.
const makeCluster = async (place: Place, programs: Programs, account: Account): Promise<void> => {
  const { directory, data, owner } = place
  const isRoot = process.geteuid?.() === 0
  await removeUnfinished(directory)
  const fresh = await mkdtemp(join(directory, unfinished))
  if (isRoot) await chown(fresh, named.uid, named.gid)
  await run(account([programs.initdb, '-D', fresh, ...clusterOptions], named)).catch((cause: Error) => {
    throw new Error(`${cause.message}\n${namelessAdvice}`, { cause })
  })
  const single = [programs.postgres, '--single', '-D', fresh, 'postgres']
  await run(account(single, named), `CREATE DATABASE ${databaseName}\n`)
  if (isRoot) await run(['chown', '-R', '-h', `${owner.uid}:${owner.gid}`, fresh])
  await rename(fresh, data)
}

// Each attempt has a directory of its own: the initdb of one that was killed may still be writing.
const unfinished = 'postgres.new-'

const removeUnfinished = async (directory: string): Promise<void> => {
  const names = (await readdir(directory)).filter((name) => name.startsWith(unfinished))
  await Promise.all(names.map((name) => rm(join(directory, name), { recursive: true, force: true })))
}

const namelessAdvice =
  'The embedded PostgreSQL needs room for its files, and a user who is in /etc/passwd. Else set DATABASE_URL to a PostgreSQL server.'

// Whoever can reach the socket, in a directory that is the owner's alone, is trusted. There is no other way in.
const clusterOptions = [
  `--username=${databaseName}`,
  '--auth-local=trust',
  '--auth-host=reject',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--text-search-config=english',
  '--data-checksums',
]

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
