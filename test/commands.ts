import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestSignon } from './signon.ts'

/** The real `bin/signon`, run from another folder on the database of a test file, with more settings than it needs. */
export const testCommands = (
  { databaseUrl }: TestSignon,
  folder = tmpdir(),
  more: Readonly<Record<string, string>> = {},
) => {
  const run = async (...line: readonly string[]) => {
    const child = spawn(join(import.meta.dirname, '../bin/signon'), line, {
      cwd: folder,
      env: {
        DATABASE_URL: databaseUrl,
        SIGNON_URL: 'https://signon.example.gov.uk',
        SIGNON_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
        SIGNON_MAIL: `folder:${join(tmpdir(), 'signon-command-mails')}`,
        GOVUK_ENVIRONMENT: 'integration',
        PATH: process.env['PATH'],
        ...more,
      },
    })
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    return { code: code as number | null, out, err }
  }
  return {
    /** What it writes, and its exit code. */
    run,

    /** The one document of a command that must succeed. */
    async json(...line: readonly string[]) {
      const { code, out, err } = await run(...line, '--json')
      deepEqual({ code, err }, { code: 0, err: '' }, line.join(' '))
      return JSON.parse(out)
    },

    /** Why a command did not do what it was asked: its exit code, and the two parts of the reason. */
    async refusal(...line: readonly string[]): Promise<readonly [number | null, string, string]> {
      const { code, out, err } = await run(...line, '--json')
      equal(out, '', line.join(' '))
      const { error } = JSON.parse(err)
      return [code, error.code, error.message]
    },
  }
}
