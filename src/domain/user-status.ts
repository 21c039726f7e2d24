import { isLocked } from './lockout.ts'
import type { User, UserStatus } from './user.ts'

/** How an account stands: a suspension outranks an open invitation, and that a lock, which ends by itself. */
export const userStatus = (
  user: Pick<User, 'suspendedAt' | 'lockedAt' | 'invitedAt' | 'invitationAcceptedAt'>,
  now: Date,
): UserStatus => {
  if (user.suspendedAt !== null) return 'suspended'
  if (isInvited(user)) return 'invited'
  return isLocked(user.lockedAt, now) ? 'locked' : 'active'
}

/** Was the person invited, and has not set a password yet? */
export const isInvited = ({
  invitedAt,
  invitationAcceptedAt,
}: Pick<User, 'invitedAt' | 'invitationAcceptedAt'>): boolean =>
  invitedAt !== null && invitationAcceptedAt === null
