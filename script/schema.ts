import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import { databaseUrl, makeTemplate, template } from '#test/database.ts'

/** Writes src/store/schema.ts from a migrated database: `schema.ts [FILE [URL]]`. */
const [out = 'src/store/schema.ts', migrated] = process.argv.slice(2)

const generate = async (url: string): Promise<void> => {
  const patterns = ['--include-pattern', 'public.*', '--exclude-pattern', '*.events_*']
  await promisify(execFile)('node_modules/.bin/kysely-codegen', [
    '--dialect',
    'postgres',
    '--url',
    url,
    '--out-file',
    out,
    ...patterns,
  ])
}

if (migrated) await generate(migrated)
else {
  const folder = await mkdtemp(join(tmpdir(), 'signon-schema-'))
  const embedded = await joinEmbeddedDatabase({ directory: folder })
  try {
    await makeTemplate(embedded.url)
    await generate(databaseUrl(embedded.url, template))
  } finally {
    await embedded.leave()
    await rm(folder, { recursive: true, force: true })
  }
}
