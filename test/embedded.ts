import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Client } from 'pg'

/** A directory that only its owner may enter, removed after the test. */
export const temporaryDirectory = async (t: TestContext): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'signon-'))
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  return directory
}

/** The rows that a statement gives, over a connection of its own. */
export const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

export interface AnotherProcess {
  readonly url: string
  readonly process: ChildProcess
  leave(): Promise<void>
}

const using = `
  const { joinEmbeddedDatabase } = await import(process.argv[1])
  const { url, leave } = await joinEmbeddedDatabase({ directory: process.argv[2] })
  process.stdout.write(url)
  process.stdin.on('end', leave).resume()`

/** Starts a process that uses the database until it leaves, is killed, or the test ends. */
export const anotherProcess = async (
  t: TestContext,
  directory: string,
  owner: { readonly uid: number; readonly gid: number } | null = null,
): Promise<AnotherProcess> => {
  const embedded = import.meta.resolve('#store/embedded.ts')
  const child = spawn(process.execPath, ['--input-type=module', '-e', using, embedded, directory], {
    ...owner,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const [url] = await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('The other process did not join.'))),
  ])
  const leave = async () => {
    child.stdin.end()
    await ended
  }
  return { url: String(url), process: child, leave }
}

/** The process id of the server, as its own file says. */
export const serverPid = (directory: string): number =>
  Number(readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])

/** Whether a server runs, or left the file of a server that runs. */
export const isRunning = (directory: string): boolean =>
  existsSync(join(directory, 'postgres', 'data', 'postmaster.pid')) ||
  processesIn(join(directory, 'postgres', 'data')).some(isPostmaster)

/** Whether a process is a server itself, not one of its children. */
export const isPostmaster = (pid: number): boolean => commandLine(pid).includes('\0-D\0')

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The processes whose working directory this is: the keeper in `postgres`, the server in `postgres/data`. */
export const processesIn = (directory: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && worksIn(name, directory))
    .map(Number)

const worksIn = (pid: string, directory: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory
  } catch {
    return false
  }
}

/** Kills processes, some of which may end by themselves meanwhile. */
export const kill = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
