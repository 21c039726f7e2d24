import { writeFile } from 'node:fs/promises'
import { generatedDocs } from './generated-docs.ts'

/** Writes docs/generated/. */
for (const [path, text] of Object.entries(await generatedDocs()))
  await writeFile(new URL(`../${path}`, import.meta.url), text)
