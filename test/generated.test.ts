import { equal } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { generatedDocs } from '#script/generated-docs.ts'
import { databaseUrl, serverUrl, template } from './database.ts'

const root = new URL('../', import.meta.url)

describe('what is made from the code', async () => {
  for (const [path, text] of Object.entries(await generatedDocs()))
    it(`${path} says what the code does (npm run docs)`, async () => {
      equal(await readFile(new URL(path, root), 'utf8'), text)
    })

  it('src/store/schema.ts is the migrated database (npm run schema)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signon-schema-'))
    const out = join(folder, 'schema.ts')
    const url = databaseUrl(serverUrl(), template)
    await promisify(execFile)(process.execPath, ['script/schema.ts', out, url], { cwd: root })
    equal(await readFile(out, 'utf8'), await readFile(new URL('src/store/schema.ts', root), 'utf8'))
    await rm(folder, { recursive: true })
  })
})
