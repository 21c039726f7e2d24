import { access, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'

/** The Chromium that `CHROMIUM` names, or the one that comes with the packages: unpacked on first use. */
export const chromiumProgram = async (): Promise<string> => process.env['CHROMIUM'] ?? unpackedProgram()

// Within its package: it goes when the package goes, and no other user of the machine owns it.
const packageFolder = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')))
const place = join(packageFolder, 'unpacked')
const program = join(place, 'chromium')

const unpackedProgram = async (): Promise<string> => {
  if (await isThere(program)) return program
  const unfinished = await mkdtemp(join(packageFolder, 'unpacking-'))
  await unpackInto(unfinished)
  // Whole at once; of two that unpack at the same time, one is enough.
  await rename(unfinished, place).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true })
    if (!(await isThere(program))) throw error
  })
  return program
}

// The package knows no other place than the folder for temporary files.
const unpackInto = async (folder: string) => {
  const temporary = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    await sparticuz.executablePath()
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
