import { londonDay } from '#domain/london-time.ts'
import { after, day, hour } from '#kernel/clock.ts'

/** The instant at which a day (YYYY-MM-DD) begins in the United Kingdom; nothing when there is no such day. */
export const startOfDay = (written: string): Date | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return undefined
  const midnight = new Date(`${written}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(written)) return undefined
  const summerMidnight = after(midnight, -hour)
  return londonDay(summerMidnight) === written ? summerMidnight : midnight
}

/** The instant at which it is over. */
export const endOfDay = (written: string): Date | undefined => {
  const midnight = startOfDay(written)
  // The middle of the next day, however long the night in between is.
  return midnight && startOfDay(londonDay(after(midnight, 1.5 * day)))
}
