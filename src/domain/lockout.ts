import { after, hour } from '#kernel/clock.ts'

/** Wrong passwords in a row, counting the last one, that lock an account. */
const attemptsUntilLock = 6
const lockMilliseconds = hour

export interface AttemptState {
  /** Wrong passwords in a row, this attempt included. */
  readonly failedAttempts: number
  readonly lockedAt: Date | null
}

/** When a lock that began at this instant ends by itself: after an hour. */
export const lockEndsAt = (lockedAt: Date): Date => after(lockedAt, lockMilliseconds)

/** Locked now? */
export const isLocked = (lockedAt: Date | null, now: Date): boolean =>
  lockedAt !== null && now < lockEndsAt(lockedAt)

/** The instant before which a lock must have begun to be over. */
export const lockOverIfBefore = (now: Date): Date => after(now, -lockMilliseconds)

/** May this attempt still be judged by its password? Attempts are counted before they are judged, so parallel ones cannot pass. */
export const mayTry = ({ failedAttempts, lockedAt }: AttemptState, now: Date): boolean =>
  !isLocked(lockedAt, now) && failedAttempts <= attemptsUntilLock

/** Until when the account is locked after this wrong attempt, or was before it; nothing when it is not. */
export const lockedUntil = ({ failedAttempts, lockedAt }: AttemptState, now: Date): Date | undefined => {
  if (lockedAt !== null && isLocked(lockedAt, now)) return lockEndsAt(lockedAt)
  return failedAttempts >= attemptsUntilLock ? lockEndsAt(now) : undefined
}

/** Does this wrong attempt lock the account? */
export const locksNow = ({ failedAttempts, lockedAt }: AttemptState, now: Date): boolean =>
  !isLocked(lockedAt, now) && failedAttempts >= attemptsUntilLock
