import { after, day, minute } from '#kernel/clock.ts'

/** How far somebody has come: the password only, or everything that their account asks for. */
export type SessionLevel = 'password' | 'full'

export const sessionIdleMilliseconds = 30 * minute
export const sessionMilliseconds = day

/** A session last used before this instant has been idle for too long. */
export const idleSince = (now: Date): Date => after(now, -sessionIdleMilliseconds)

/** A session ends a day after it began, however busy it is. */
export const sessionEnd = (begun: Date): Date => after(begun, sessionMilliseconds)
