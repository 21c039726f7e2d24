import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sender } from '#domain/letter.ts'
import type { Clock } from '#kernel/clock.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Random } from '#kernel/random.ts'
import type { Postman } from './postman.ts'

export interface FolderParts {
  readonly path: string
  readonly sender: Sender
  readonly clock: Clock
  readonly random: Random
}

/**
 * Puts each letter into a folder, as a file that is complete when it appears. Letters hold links that let people in, so
 * nobody else on the machine may read them.
 */
export const folderPostman = ({ path, sender, clock, random }: FolderParts): Postman => ({
  async send({ to, subject, text }) {
    const name = `${clock.now().toISOString().replaceAll(':', '-')}-${random.uuid()}.json`
    const aside = join(path, `.${name}.part`)
    const from = `${sender.name} <${sender.address}>`
    const content = JSON.stringify({ to, from, reply_to: null, subject, text }, null, 2)
    await explain(path, async () => {
      await make(path)
      await writeFile(aside, `${content}\n`, { mode: 0o600 })
      await rename(aside, join(path, name))
    })
  },

  async check() {
    await explain(path, async () => {
      await make(path)
      await access(path, constants.W_OK | constants.X_OK)
    })
    return `written into ${path}`
  },
})

const make = (path: string): Promise<unknown> => mkdir(path, { recursive: true, mode: 0o700 })

const explain = async (path: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'no code'
    throw new Unavailable(`Mails cannot be written into ${path} (${code}).`)
  }
}
