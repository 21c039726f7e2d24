import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of ours that takes messages. */
export interface Companion {
  readonly pid: number
  /** Sends one message and waits for the one that answers it. */
  ask<Reply>(message: object): Promise<Reply>
  stop(): Promise<void>
}

/** Another program, which is told only when to stop. */
export interface Program {
  readonly pid: number
  /** Throws when it ends by itself. */
  readonly ended: Promise<never>
  stop(): Promise<void>
}

/** Starts one of the files of this folder as a process of its own. It ends when we do. */
export const startCompanion = (file: string): Companion => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}.`)
  })
  ended.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    async ask<Reply>(message: object): Promise<Reply> {
      child.send(message)
      const [reply] = await Promise.race([once(child, 'message'), ended])
      return reply as Reply
    },
    stop: () => end(child),
  }
}

/** Starts a program whose log goes nowhere, as one that runs for a long time does not keep its own. */
export const startProgram = (
  command: string,
  given: readonly string[],
  settings: Readonly<Record<string, string>>,
): Program => {
  const child = spawnQuietly(command, given, settings)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${command} ${given.join(' ')} ended with ${code}.`)
  })
  ended.catch(() => undefined)
  return { pid: child.pid ?? 0, ended, stop: () => end(child) }
}

const spawnQuietly = (
  command: string,
  given: readonly string[],
  settings: Readonly<Record<string, string>>,
): ChildProcess =>
  spawn(command, given, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...settings },
  })

/** Runs a program to its end. Throws unless it ends well. */
export const runProgram = async (
  command: string,
  given: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<void> => {
  const child = spawnQuietly(command, given, settings)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${code}.`)
}

const patienceMilliseconds = 10_000

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const impatient = setTimeout(() => child.kill('SIGKILL'), patienceMilliseconds)
  await ended
  clearTimeout(impatient)
}
