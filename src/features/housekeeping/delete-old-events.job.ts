import type { Actor } from '#domain/events.ts'
import type { RunNumbers } from '#domain/jobs.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { deleteOldEvents } from './delete-old-events.ts'

const calendar: Actor = { kind: 'signon' }

/** Drops what of the log is two years old. Throws `Unavailable`, so that it is tried again, while the log is too busy. */
export const deleteOldEventsJob = (signon: Signon) => async (): Promise<RunNumbers> => {
  const parts = await deleteOldEvents(signon, calendar)
  const busy = parts.filter(({ outcome }) => outcome === 'busy')
  if (busy.length > 0)
    throw new Unavailable(
      `The log is in use: ${busy.map(({ part }) => part).join(', ')} could not be dropped yet.`,
    )
  return {
    months: parts.length,
    events: parts.reduce((sum, { events }) => sum + events, 0),
  }
}
