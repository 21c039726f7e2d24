import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { joinEmbeddedDatabase } from '#store/embedded.ts'
import { databaseUrl, makeTemplate } from '../test/database.ts'

/** Writes src/store/schema.ts from the migrated database, or to the file that is named. */
const folder = await mkdtemp(join(tmpdir(), 'signon-schema-'))
const embedded = await joinEmbeddedDatabase({ directory: folder })
try {
  await makeTemplate(embedded.url)
  const out = process.argv[2] ?? 'src/store/schema.ts'
  const url = databaseUrl(embedded.url, 'signon_test_template')
  const settings = ['--dialect', 'postgres', '--url', url, '--out-file', out, '--include-pattern', 'public.*', '--exclude-pattern', '*.events_*']
  await promisify(execFile)('node_modules/.bin/kysely-codegen', settings)
} finally {
  await embedded.leave()
  await rm(folder, { recursive: true, force: true })
}
