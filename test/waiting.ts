import { setTimeout as pause } from 'node:timers/promises'
import type { TestSignon } from './signon.ts'

/** Waits for something to happen, for at most so many seconds; throws `what` then. */
export const eventually = async (
  what: string,
  happens: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> => {
  for (let tries = 0; tries < seconds * 20; tries += 1) {
    if (await happens()) return
    await pause(50)
  }
  throw new Error(`Not in ${seconds} seconds: ${what}`)
}

/** Until a statement of a Signon waits for a lock; another may ask, where the connection of the one is not free to. */
export const untilSomebodyWaits = (one: TestSignon, asker = one): Promise<void> =>
  eventually('somebody waits for a lock', async () => {
    const waiting = await asker.rows(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = $1`,
      [new URL(one.databaseUrl).pathname.slice(1)],
    )
    return waiting.length > 0
  })
