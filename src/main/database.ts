import { runMigrations } from 'graphile-worker'
import type { Clock } from '#kernel/clock.ts'
import { openDatabase } from '#store/connection.ts'
import { makeEventMonths, migrate } from '#store/migrate.ts'
import { quietQueue } from './queue/queue-log.ts'

/**
 * Brings the database up to date: Signon's tables, the queue's, and the log's next months. Answers the names of the
 * migrations that were applied now. Doing it again is harmless.
 */
export const prepareDatabase = async (url: string, clock: Clock): Promise<readonly string[]> => {
  const db = openDatabase(url, 1, () => undefined, { isPatient: true })
  try {
    const applied = await migrate(db, clock)
    await runMigrations({ connectionString: url, logger: quietQueue })
    await makeEventMonths(db, clock.now())
    return applied
  } finally {
    await db.destroy()
  }
}
