import { deepEqual, equal, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'

const folder = await mkdtemp(join(tmpdir(), 'signon-compiled-'))
after(() => rm(folder, { recursive: true }))

/** What Node tells of the TypeScript files that this command line loads: stripped now, or before. */
const stripped = async (cache: string, ...line: readonly string[]) => {
  const { stdout, stderr } = await promisify(execFile)(join(import.meta.dirname, '../../bin/signon'), line, {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: cache, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
    maxBuffer: 64 * 1024 * 1024,
  })
  const told = `${stdout}${stderr}`
    .split('\n')
    .filter((text) => text.includes('transpile cache for StrippedTypeScript'))
  const isHit = (text: string): boolean => text.endsWith('success')
  return { hits: told.filter(isHit).length, misses: told.filter((text) => !isHit(text)) }
}

describe('bin/signon', () => {
  it('has whatever is new compiled once, by another process than the one that serves', async () => {
    const cache = join(folder, 'fresh')
    const first = await stripped(cache, '--help')
    ok(first.hits > 50)
    deepEqual(first.misses, [])
    const { mtimeMs } = await stat(join(cache, 'compiled'))
    deepEqual((await stripped(cache, '--help')).misses, [])
    equal((await stat(join(cache, 'compiled'))).mtimeMs, mtimeMs)
  })

  it('works where nothing can be kept', async () => {
    const file = join(folder, 'no folder')
    await writeFile(file, '')
    await stripped(join(file, 'cache'), '--help')
    deepEqual((await readdir(folder)).toSorted(), ['fresh', 'no folder'])
  })
})
