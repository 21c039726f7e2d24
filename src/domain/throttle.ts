import { after, minute } from '#kernel/clock.ts'

/** How many of one thing one caller may do in a window of time. Offices share addresses, so these are generous. */
export interface Throttle {
  readonly name: string
  readonly limit: number
  readonly windowMilliseconds: number
}

/** Failed sign-ins from one network address. */
export const signInThrottle: Throttle = { name: 'sign-in', limit: 200, windowMilliseconds: 10 * minute }

/** Failed client authentications from one network address. */
export const clientThrottle: Throttle = { name: 'client', limit: 300, windowMilliseconds: 10 * minute }

/** The start of the window that `now` falls into. */
export const windowStart = ({ windowMilliseconds }: Throttle, now: Date): Date => {
  const milliseconds = now.getTime()
  return after(now, -(milliseconds % windowMilliseconds))
}

/** Whole seconds until the window that `now` falls into is over, at least 1. */
export const secondsUntilNextWindow = (throttle: Throttle, now: Date): number => {
  const end = after(windowStart(throttle, now), throttle.windowMilliseconds)
  return Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1000))
}
