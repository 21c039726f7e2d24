import { secondsUntilNextWindow, type Throttle, windowStart } from '#domain/throttle.ts'
import { TooManyAttempts } from '#kernel/failure.ts'
import { statement, unhurried } from './connection.ts'
import type { StoreContext } from './context.ts'

/** How often callers did what is throttled, counted once for all processes. */
export const throttleStore = ({ db, now }: StoreContext) => ({
  /** Counts one more, atomically. Throws `TooManyAttempts` when that is one too many. */
  async take(throttle: Throttle, caller: string): Promise<void> {
    const [row] = await take(db, throttle.name, caller, windowStart(throttle, now()))
    refuseTooMany(throttle, row?.count ?? 0, now())
  },

  /** Counts one more, atomically; `false` when that is one too many, for who must not be told. */
  async takeSilently(throttle: Throttle, caller: string): Promise<boolean> {
    const [row] = await take(db, throttle.name, caller, windowStart(throttle, now()))
    return (row?.count ?? 0) <= throttle.limit
  },

  /** Gives one back that turned out not to count. */
  async giveBack(throttle: Throttle, caller: string): Promise<void> {
    await giveBack(db, throttle.name, caller, windowStart(throttle, now()))
  },
})

/** Throws `TooManyAttempts` when this many in the window are too many. */
export const refuseTooMany = (throttle: Throttle, count: number, now: Date): void => {
  if (count <= throttle.limit) return
  const seconds = secondsUntilNextWindow(throttle, now)
  const minutes = Math.ceil(seconds / 60)
  throw new TooManyAttempts(
    `Too many attempts. Wait ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} and try again.`,
    seconds,
  )
}

/** Counts one more for the caller `$2` of the throttle `$1` in the window that began at `$3`, and answers the `count`. */
export const takenFromThrottle = `insert into throttles (name, caller, window_start, count)
   select $1, $2, $3::timestamptz, 1 from ${unhurried}
   on conflict (name, caller, window_start) do update set count = throttles.count + 1
   returning count`

const take = statement<{ readonly count: number }, [string, string, Date]>(
  'throttles.take',
  takenFromThrottle,
)

const giveBack = statement<never, [string, string, Date]>(
  'throttles.give-back',
  `update throttles set count = count - 1 from ${unhurried}
   where name = $1 and caller = $2 and window_start = $3 and count > 0`,
)
