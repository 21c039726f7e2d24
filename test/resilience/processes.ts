import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** One process of Signon, as an operator starts it. */
export interface Running {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export type Settings = Readonly<Record<string, string>>

/** Starts `bin/signon COMMAND` with these settings and no others. */
export const startSignonProcess = (command: string, settings: Settings): Running => {
  const { PATH = '' } = process.env
  const child: ChildProcess = spawn('bin/signon', [command], {
    cwd: root,
    env: { PATH, ...settings },
    stdio: 'ignore',
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 1)),
  )
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended }
}

/** Waits until `isSo`, for at most so many seconds; throws `what` then. */
export const until = async (what: string, isSo: () => Promise<boolean>, seconds = 60): Promise<void> => {
  for (let tries = 0; tries < seconds * 20; tries += 1) {
    if (await isSo().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Waited ${seconds} seconds in vain until ${what}`)
}

/** The status of an address, or 0 when nobody answers. */
export const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  )
