import { isLocked } from './lockout.ts'
import type { User, UserStatus } from './user.ts'

/** How an account stands: a suspension outranks a lock, and a lock ends by itself. */
export const userStatus = (
  { suspendedAt, lockedAt }: Pick<User, 'suspendedAt' | 'lockedAt'>,
  now: Date,
): UserStatus => {
  if (suspendedAt !== null) return 'suspended'
  return isLocked(lockedAt, now) ? 'locked' : 'active'
}
