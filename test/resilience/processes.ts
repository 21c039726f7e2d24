import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually } from '#test/waiting.ts'

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

/** Waits until `isSo`, for at most so many seconds; what cannot be asked just now is not so yet. */
export const until = (what: string, isSo: () => Promise<boolean>, seconds?: number): Promise<void> =>
  eventually(what, () => isSo().catch(() => false), seconds)

/** The status of an address, or 0 when nobody answers. */
export const statusOf = (url: string): Promise<number> =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  )
