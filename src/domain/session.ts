import { after, day, minute } from '#kernel/clock.ts'

/** How far somebody has come: the password only, or everything that their account asks for. */
export type SessionLevel = 'password' | 'full'

/** By what somebody passed everything that their account asked for. */
export type SessionMethod = 'password' | 'code' | 'remembered' | 'recovery-code' | 'passkey'

const idleMilliseconds = 30 * minute
const longestMilliseconds = day

/** A session last used before this instant has been idle for too long. */
export const idleSince = (now: Date): Date => after(now, -idleMilliseconds)

/** A session ends a day after it began, however busy it is. */
export const sessionEnd = (begun: Date): Date => after(begun, longestMilliseconds)
