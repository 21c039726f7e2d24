import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, Unavailable } from '#kernel/failure.ts'
import type { LogMonth } from '#store/log-months.ts'
import type { Signon, Work } from '#store/signon.ts'

/** Events for which nobody had made a month. */
const withoutMonth = 'without a month'

/** A part of the log: a month, YYYY-MM, or what has none. */
export interface LogPart {
  readonly part: string
  readonly events: number
  /** `busy`: others used the log without a pause; the next run takes it. */
  readonly outcome: 'dropped' | 'busy'
}

/** Each waits a quarter of a second at most, and lets everybody pass who waited behind it. */
const attempts = 5

/**
 * Drops whole months of the log whose last instant is two years ago (`reference/event-log.md` 6), each in a transaction
 * of its own. No argument makes it drop anything younger: that age is the database's to know.
 */
export const deleteOldEvents = async (
  signon: Signon,
  actor: Actor,
  { isRehearsal = false } = {},
): Promise<readonly LogPart[]> => {
  enforce(mayAdminister(actor, 'clear away what is old'))
  const { logMonths } = signon.single
  const months = await logMonths.old()
  const stray = await logMonths.countWithoutMonth()
  const parts: LogPart[] = []
  for (const { month, events } of months) {
    const drop = (work: Work) => work.logMonths.drop({ month })
    parts.push(isRehearsal ? dropped(month, events) : await dropPart(signon, actor, { month, events }, drop))
  }
  if (stray > 0) {
    const part = { month: withoutMonth, events: stray }
    const drop = (work: Work) => work.logMonths.dropWithoutMonth()
    parts.push(isRehearsal ? dropped(part.month, stray) : await dropPart(signon, actor, part, drop))
  }
  return parts
}

const dropped = (part: string, events: number): LogPart => ({ part, events, outcome: 'dropped' })

const dropPart = async (
  signon: Signon,
  actor: Actor,
  { month, events }: LogMonth,
  drop: (work: Work) => Promise<number | undefined>,
): Promise<LogPart> => {
  for (let attempt = 0; attempt < attempts; attempt += 1)
    try {
      return await signon.transaction(async (work) => {
        const gone = (await drop(work)) ?? 0
        if (gone > 0)
          await work.record(
            { name: 'log-months-dropped', about: null, note: `${month}: ${gone} events` },
            actor,
          )
        return dropped(month, gone)
      })
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  return { part: month, events, outcome: 'busy' }
}

const isBusy = (error: unknown): boolean => error instanceof Unavailable
