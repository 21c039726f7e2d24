import { eventually } from './embedded.ts'
import type { TestSignon } from './signon.ts'

/** Until a statement of a Signon waits for a lock; another may ask, where the connection of the one is not free to. */
export const untilSomebodyWaits = (one: TestSignon, asker = one): Promise<void> =>
  eventually('somebody waits for a lock', async () => {
    const waiting = await asker.rows(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = $1`,
      [new URL(one.databaseUrl).pathname.slice(1)],
    )
    return waiting.length > 0
  })
