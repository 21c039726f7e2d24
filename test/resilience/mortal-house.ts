import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#kernel/clock.ts'
import { systemRandom } from '#kernel/random.ts'
import { keyRing } from '#kernel/sealed.ts'
import { prepareDatabase } from '#main/database.ts'
import { slowPasswords } from '#outside/passwords.ts'
import { type Connection, openDatabase } from '#store/connection.ts'
import { type EmbeddedDatabase, joinEmbeddedDatabase } from '#store/embedded.ts'
import { createSignon, type Signon } from '#store/signon.ts'
import { type People, people } from '#test/people.ts'
import type { Settings } from './processes.ts'

/** A database server of its own, with full durability, because it will be killed; and Signon over it in this process. */
export interface MortalHouse {
  readonly embedded: EmbeddedDatabase
  readonly db: Connection
  readonly signon: Signon
  readonly made: People
  /** What a process of Signon over it must be told. */
  settingsFor(publicUrl: string): Settings
  close(): Promise<void>
}

/** Opens such a house with an empty, migrated database. */
export const openMortalHouse = async (): Promise<MortalHouse> => {
  const key = Buffer.alloc(32, 9)
  const folder = await mkdtemp(join(tmpdir(), 'signon-mortal-'))
  const embedded = await joinEmbeddedDatabase({ directory: folder })
  const db = openDatabase(embedded.url, 5, () => undefined)
  await prepareDatabase(embedded.url, systemClock)
  const signon = createSignon({
    db,
    clock: systemClock,
    random: systemRandom,
    keys: keyRing([{ id: 'k', bytes: key }]),
    passwords: await slowPasswords(systemRandom),
  })
  return {
    embedded,
    db,
    signon,
    made: people(signon, db),
    settingsFor: (publicUrl) => ({
      DATABASE_URL: embedded.url,
      SIGNON_URL: publicUrl,
      SIGNON_SECRET_KEYS: `k:${key.toString('base64')}`,
      SIGNON_MAIL: `folder:${join(folder, 'mails')}`,
      RAILS_LOG_LEVEL: 'silent',
    }),
    async close() {
      await db.destroy()
      await embedded.leave()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
