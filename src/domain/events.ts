import type { ApplicationId } from './application.ts'
import type { BatchId } from './batch.ts'
import type { TwoStepChange } from './mails.ts'
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
  'account-suspended-as-unused': { number: 4, words: 'Account auto-suspended' },
  'account-unlocked': { number: 5, words: 'Manual account unlock' },
  'password-reset-requested': { number: 7, words: 'Password reset request' },
  'password-reset-opened': { number: 8, words: 'Password reset page loaded' },
  'password-reset-failed': { number: 9, words: 'Password reset attempt failure' },
  'password-changed': { number: 10, words: 'Successful password change' },
  'signed-in': { number: 11, words: 'Successful login' },
  'sign-in-failed': { number: 12, words: 'Unsuccessful login' },
  'suspended-sign-in': {
    number: 13,
    words: 'Unsuccessful login attempt to a suspended account, with the correct username and password',
  },
  'password-change-failed': { number: 14, words: 'Unsuccessful password change' },
  'email-changed': { number: 15, words: 'Email changed' },
  'email-change-begun': { number: 16, words: 'Email change initiated' },
  'email-change-confirmed': { number: 17, words: 'Email change confirmed' },
  'two-step-enabled': { number: 18, words: '2-step verification enabled' },
  'two-step-reset': { number: 19, words: '2-step verification reset' },
  'two-step-setup-failed': { number: 20, words: '2-step verification setup failed' },
  'two-step-passed': { number: 21, words: '2-step verification successful' },
  'two-step-failed': { number: 22, words: '2-step verification failed' },
  'two-step-locked': {
    number: 23,
    words: '2-step verification failed too many times, account locked for 1 hour',
  },
  'two-step-device-changed': { number: 24, words: '2-step verification phone changed' },
  'two-step-change-failed': { number: 25, words: '2-step verification phone change failed' },
  'account-created': { number: 27, words: 'Account created' },
  'api-token-created': { number: 29, words: 'Access token generated', isRestricted: true },
  'api-token-revoked': { number: 30, words: 'Access token revoked', isRestricted: true },
  'password-reset-expired': {
    number: 31,
    words: 'Password reset page loaded but the token has expired',
  },
  'password-reset': { number: 32, words: 'Password reset successfully' },
  'role-changed': { number: 33, words: 'Role changed' },
  'account-updated': { number: 34, words: 'Account updated' },
  'permissions-added': { number: 35, words: 'Permissions added' },
  'permissions-removed': { number: 36, words: 'Permissions removed' },
  'account-invited': { number: 37, words: 'Account was invited' },
  'unknown-sign-in': { number: 38, words: 'Attempted login to nonexistent account' },
  'two-step-exempted': { number: 39, words: 'Exempted from 2-step verification' },
  'two-step-exemption-updated': { number: 40, words: '2-step verification exemption updated' },
  'two-step-exemption-removed': { number: 41, words: 'Exemption from 2-step verification removed' },
  'two-step-required': { number: 42, words: '2-step verification setup mandated at next login' },
  'account-deleted': { number: 45, words: 'Account deleted' },
  'organisation-changed': { number: 46, words: 'Organisation changed' },
  'application-authorised': { number: 47, words: 'Successful user application authorization' },
  'api-token-renewed': {
    number: 48,
    words: 'Access token automatically generated as existing token due to expire in two weeks',
    isRestricted: true,
  },
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
  'email-change-cancelled': { number: 59, words: 'Email change cancelled' },
  'email-change-objected': { number: 60, words: 'Email change stopped from the old address' },
  'second-factor-removed': { number: 61, words: '2-step verification device removed' },
  'recovery-codes-made': { number: 62, words: 'Recovery codes made' },
  'recovery-code-used': { number: 63, words: 'Recovery code used' },
  'invitation-accepted': { number: 64, words: 'Invitation accepted' },
  'invitation-declined': { number: 65, words: 'Invitation declined' },
  'session-ended': { number: 66, words: 'Session ended' },
  'sessions-ended': { number: 67, words: 'Signed out everywhere else' },
  'browser-forgotten': { number: 68, words: 'Remembered browser forgotten' },
  'two-step-exemption-ended': { number: 69, words: 'Exemption from 2-step verification came to its end' },
  'organisation-requires-two-step': {
    number: 70,
    words: '2-step verification required of everybody in the organisation',
  },
  'organisation-spares-two-step': {
    number: 71,
    words: '2-step verification not required of everybody in the organisation any more',
  },
  'application-changed': { number: 72, words: 'Application changed' },
  'application-restored': { number: 73, words: 'Application brought back' },
  'permission-changed': { number: 74, words: 'Permission changed' },
  'permission-deleted': { number: 75, words: 'Permission deleted' },
  'batch-invited': { number: 76, words: 'Batch of users uploaded' },
  'access-of-many-changed': { number: 77, words: 'Access of many users changed' },
  'users-exported': { number: 78, words: 'List of users exported' },
  'failed-job-retried': { number: 79, words: 'Failed job tried again' },
  'failed-job-discarded': { number: 80, words: 'Failed job given up' },
  'application-secret-ended': { number: 81, words: 'Old application secret ended' },
  'organisations-imported': { number: 82, words: 'Organisations imported' },
  'organisation-parent-added': { number: 83, words: 'Parent of an organisation added by hand' },
  'organisation-parent-blocked': { number: 84, words: 'Parent of an organisation blocked' },
  'organisation-parent-rule-ended': {
    number: 85,
    words: 'Parent of an organisation no longer set by hand',
  },
  'organisation-closed': { number: 86, words: 'Organisation closed' },
  'organisations-merged': { number: 87, words: 'People of an organisation moved to another' },
  'environment-exported': { number: 88, words: 'Environment exported' },
  'environment-imported': { number: 89, words: 'Environment imported' },
  'passwords-reset': { number: 90, words: 'Password reset of many users begun' },
  'password-reset-forced': { number: 91, words: 'Password reset by an administrator' },
  'api-token-delivered': { number: 92, words: 'Access token delivered to the cluster', isRestricted: true },
  'application-secret-delivered': { number: 93, words: 'Application secret delivered to the cluster' },
  'log-months-dropped': { number: 94, words: 'Months of the log removed' },
  'organisation-import-asked': { number: 95, words: 'Import of organisations asked for' },
  'expired-cleared-away': { number: 96, words: 'Expired sessions, codes and tokens removed by hand' },
  'permissions-pushed': { number: 97, words: 'Applications told anew what people hold' },
  'secrets-sealed-anew': { number: 98, words: 'Secrets sealed with a newer key' },
  'scheduled-job-started': { number: 99, words: 'Scheduled job started by hand' },
  'batch-stopped': { number: 100, words: 'Batch of users stopped' },
} as const satisfies Record<string, Kind>

export type EventName = keyof typeof eventKinds

/** Numbers whose events nothing records yet or any more; rows of old may carry them. */
export const reservedEventNumbers: readonly number[] = [26, 28, 43, 44]

/** Something that happened, as it goes into the log. It never holds a secret. */
export interface SignonEvent {
  readonly name: EventName
  /** Whose account it concerns; null only where no account is known. */
  readonly about: Pick<EventSubject, 'id' | 'uid'> | null
  readonly application?: ApplicationId
  /** Shown after the words: what exactly, from what to what. */
  readonly note?: string
  /** Of a change of address: the one before, to be told of it. */
  readonly previousEmail?: string
  /** The batch of invitations that begins or goes on. */
  readonly batch?: BatchId
  /** Of a change of 2-step verification that the person is told of by itself. */
  readonly twoStepChange?: TwoStepChange
  /** Of one among many: its mail is not sent before this instant, so that not all are sent at once. */
  readonly mailAt?: Date
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
