import type { ApplicationId } from './application.ts'
import type { UserId, UserUid } from './user.ts'

interface Kind {
  /** Its number in the log for ever; 1 to 48 keep the meaning that they had before Signon was rewritten. */
  readonly number: number
  readonly words: string
  /** Shown to superadmins and admins only. */
  readonly isRestricted?: true
}

/** Every event worth remembering (`reference/event-log.md` 3; ours begin at 49). */
export const eventKinds = {
  'account-locked': {
    number: 1,
    words: 'Password verification failed too many times, account locked for 1 hour',
  },
  'account-suspended': { number: 2, words: 'Account suspended' },
  'account-unsuspended': { number: 3, words: 'Account unsuspended' },
  'account-unlocked': { number: 5, words: 'Manual account unlock' },
  'signed-in': { number: 11, words: 'Successful login' },
  'sign-in-failed': { number: 12, words: 'Unsuccessful login' },
  'suspended-sign-in': {
    number: 13,
    words: 'Unsuccessful login attempt to a suspended account, with the correct username and password',
  },
  'account-created': { number: 27, words: 'Account created' },
  'api-token-created': { number: 29, words: 'Access token generated', isRestricted: true },
  'api-token-revoked': { number: 30, words: 'Access token revoked', isRestricted: true },
  'permissions-added': { number: 35, words: 'Permissions added' },
  'permissions-removed': { number: 36, words: 'Permissions removed' },
  'unknown-sign-in': { number: 38, words: 'Attempted login to nonexistent account' },
  'application-authorised': { number: 47, words: 'Successful user application authorization' },
  'signed-out': { number: 49, words: 'Signed out' },
  'sign-in-refused-by-application': {
    number: 50,
    words: 'Sent away: no permission to sign in to the application',
  },
  'authorization-ended': { number: 51, words: 'Authorization ended: a code or refresh token was used twice' },
  'authorization-revoked': { number: 52, words: 'Authorization revoked by the application' },
  'application-created': { number: 53, words: 'Application created' },
  'application-retired': { number: 54, words: 'Application retired' },
  'application-secret-rotated': { number: 55, words: 'Application secret rotated' },
  'application-addresses-changed': { number: 56, words: 'Application addresses changed' },
  'permission-created': { number: 57, words: 'Permission created' },
  'password-set': { number: 58, words: 'Password set by an operator' },
} as const satisfies Record<string, Kind>

export type EventName = keyof typeof eventKinds

/** Numbers whose events nothing records yet or any more; rows of old may carry them. */
export const reservedEventNumbers: readonly number[] = [
  4,
  7,
  8,
  9,
  10,
  ...range(14, 26),
  28,
  31,
  32,
  33,
  34,
  37,
  ...range(39, 46),
  48,
]

/** Something that happened, as it goes into the log. It never holds a secret. */
export interface SignonEvent {
  readonly name: EventName
  /** Whose account it concerns; null only where no account is known. */
  readonly about: Pick<EventSubject, 'id' | 'uid'> | null
  readonly application?: ApplicationId
  /** Shown after the words: what exactly, from what to what. */
  readonly note?: string
}

interface EventSubject {
  readonly id: UserId
  readonly uid: UserUid
}

/** Who did it, and from where. */
export interface Actor {
  /** A person acts in pages, an operator by command, an application over OAuth, Signon by schedule. */
  readonly kind: 'person' | 'console' | 'application' | 'signon'
  readonly userId?: UserId
  /** Of an operator: the login that ran the command. */
  readonly name?: string
  readonly address?: string
  readonly userAgent?: string
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
