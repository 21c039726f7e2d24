/** Where time comes from. One clock is made in `main/` (and one in each test) and handed down. */
export interface Clock {
  /** This instant. */
  now(): Date
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() }

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** The instant `milliseconds` after `instant` (before it, when negative). */
export const after = (instant: Date, milliseconds: number): Date => {
  const later = new Date(instant)
  later.setTime(instant.getTime() + milliseconds)
  return later
}
