import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '#test/free-port.ts'
import { startProgram } from './children.ts'
import { secretKey } from './signon.ts'

/** The service, running. */
export interface Web {
  readonly port: number
  /** From its start until it said that it was ready. */
  readonly secondsUntilReady: number
  /** What of it is in memory, in megabytes. */
  residentMegabytes(): Promise<number>
  stop(): Promise<void>
}

/** The executable, and what it must be told as if this were production. */
export const signon = fileURLToPath(new URL('../bin/signon', import.meta.url))
export const signonSettings = (databaseUrl: string): Readonly<Record<string, string>> => ({
  DATABASE_URL: databaseUrl,
  SIGNON_URL: 'https://signon.example',
  SIGNON_SECRET_KEYS: `${secretKey.id}:${secretKey.bytes.toString('base64')}`,
  SIGNON_MAIL: `folder:${join(tmpdir(), 'signon-bench-mails')}`,
  GOVUK_ENVIRONMENT: 'production',
})

const pauseMilliseconds = 5
const patienceSeconds = 60

/** Starts `bin/signon web` with its settings of production, and waits until it is ready. */
export const startWeb = async (databaseUrl: string): Promise<Web> => {
  const port = await freePort()
  const metricsPort = await freePort()
  const began = performance.now()
  const program = startProgram(signon, ['web'], {
    ...signonSettings(databaseUrl),
    PORT: String(port),
    SIGNON_TRUSTED_PROXIES: '127.0.0.1',
    SIGNON_METRICS_PORT: String(metricsPort),
  })
  await Promise.race([untilReady(port), program.ended]).catch(async (error) => {
    await program.stop()
    throw error
  })
  return {
    port,
    secondsUntilReady: (performance.now() - began) / 1000,
    residentMegabytes: () => residentMegabytes(program.pid),
    stop: () => program.stop(),
  }
}

const untilReady = async (port: number): Promise<void> => {
  for (const began = performance.now(); performance.now() - began < patienceSeconds * 1000; ) {
    if ((await statusOf(port, '/healthcheck/ready')) === 200) return
    await pause(pauseMilliseconds)
  }
  throw new Error(`The service was not ready within ${patienceSeconds} s.`)
}

/** The status of an answer, or nothing where nobody answers. */
const statusOf = (port: number, path: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', () => resolve(undefined))
  })

/** What of a process is in memory, in megabytes. */
export const residentMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}
