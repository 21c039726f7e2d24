import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { minute } from '#kernel/clock.ts'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import { chromiumProgram } from './browser/chromium-program.ts'
import { makeTemplate } from './database.ts'

/** Runs the test files named on the command line, or all of them, against one PostgreSQL server. */
const run = async (): Promise<number> => {
  const own = process.env['TEST_DATABASE_URL']
  const folder = await mkdtemp(join(tmpdir(), 'signon-test-'))
  // Tests need no durability, except those that bring a server of their own to kill.
  const embedded = own
    ? undefined
    : await joinEmbeddedDatabase({
        directory: folder,
        settings: {
          fsync: 'off',
          synchronous_commit: 'off',
          max_connections: '200',
          shared_buffers: '256MB',
        },
      })
  try {
    const server = own ?? embedded?.url ?? ''
    await makeTemplate(server)
    return await nodeTest(process.argv.slice(2), server)
  } finally {
    await embedded?.leave()
    await rm(folder, { recursive: true, force: true })
  }
}

const nodeTest = async (named: readonly string[], server: string): Promise<number> => {
  const files = named.length > 0 ? named : await testFiles()
  // Unpacked once, so that no test starts a browser that another is still unpacking.
  const chromium = await chromiumProgram()
  const options = ['--test', '--test-concurrency=2', `--test-timeout=${testMinutes * minute}`]
  const child = spawn(process.execPath, [...options, '--import', './test/ends.ts', ...files], {
    stdio: 'inherit',
    // What one file has compiled, the next need not: a third of the time that most of them take to begin.
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, TEST_DATABASE_URL: server, CHROMIUM: chromium },
    // The runner then names the files that were running, and fails.
    timeout: allMinutes * minute,
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}

const compiled = resolve('node_modules/.cache/signon')
const testMinutes = 10
const allMinutes = 60

const testFiles = async (): Promise<readonly string[]> => {
  const found = await Promise.all(
    ['src', 'demo', 'test', 'bench'].map(async (folder) => {
      const names = await readdir(folder, { recursive: true })
      return names.filter((name) => name.endsWith('.test.ts')).map((name) => join(folder, name))
    }),
  )
  return found.flat().sort()
}

process.exitCode = await run()
