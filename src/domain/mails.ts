import type { BatchId } from './batch.ts'
import type { UserId } from './user.ts'

/** Every mail that Signon sends: who gets it, and what it says in a line. */
export const mails = {
  invitation: {
    to: 'the person invited',
    says: 'Your account is ready: set a password by this link, within 2 weeks.',
  },
  'password-reset': {
    to: 'the person',
    says: 'Choose a new password by this link, within 6 hours. To somebody suspended, or who has not accepted their invitation: why there is no link, and whom to ask.',
  },
  'password-reset-forced': {
    to: 'the person',
    says: 'An administrator has reset your password: choose a new one by this link, within 6 hours.',
  },
  'password-changed': {
    to: 'the person',
    says: 'Your password was changed. If that was not you, act at once.',
  },
  'account-locked': { to: 'the person', says: 'Too many wrong details: locked until so many o’clock.' },
  'account-suspended': { to: 'the person', says: 'Your account was suspended, and who can lift that.' },
  'account-suspended-as-unused': {
    to: 'the person',
    says: 'Your account was suspended because it was unused for 45 days, and who can lift that.',
  },
  'account-unsuspended': {
    to: 'the person',
    says: 'You can sign in again: choose a new password, and sign in within 7 days.',
  },
  'suspension-reminder': {
    to: 'the person',
    says: 'Your account will be suspended in 14, 7 or 3 days, or tomorrow. Sign in to stop that.',
  },
  'deletion-warning': {
    to: 'whoever invited the person',
    says: 'Somebody whom you invited has never signed in, and their account will be deleted in 7 days.',
  },
  'email-confirmation': {
    to: 'the new address',
    says: 'Confirm your new address by this link, within 2 weeks.',
  },
  'email-changing': {
    to: 'the old address',
    says: 'Your address is being changed. If you did not ask for that, stop it by this link.',
  },
  'email-changed': {
    to: 'the old and the new address',
    says: 'You sign in with the new address from now on.',
  },
  'two-step-set-up': { to: 'the person', says: '2-step verification is set up.' },
  'two-step-changed': {
    to: 'the person',
    says: 'Which device for the second step was added or removed, or that recovery codes were used or made.',
  },
  'two-step-exempted': {
    to: 'the person',
    says: 'You need no second step, why and until when, and that devices which you had for it are gone.',
  },
  'two-step-reset': {
    to: 'the person',
    says: '2-step verification was reset: you set it up again when you sign in.',
  },
  'two-step-required': { to: 'the person', says: 'You will be asked to set up 2-step verification.' },
  'role-changed': { to: 'the person', says: 'Your role in Signon is another one from now on.' },
  'exemption-ending': {
    to: 'the person, and whoever granted it',
    says: 'An exemption from 2-step verification ends in 14 or 3 days.',
  },
  'api-token-expiring': {
    to: 'the owner of the token',
    says: 'An access token of an API user expires in 60, 30, 14 or 7 days, or tomorrow: have it replaced.',
  },
  'batch-begun': {
    to: 'the address of `SIGNON_ALERTS_EMAIL`, if there is one',
    says: 'Somebody has sent a batch of invitations, and how many users it has.',
  },
  'exemption-ended': { to: 'the person', says: 'Your exemption from 2-step verification is over.' },
} as const satisfies Record<string, { readonly to: string; readonly says: string }>

export type MailName = keyof typeof mails

/** What happened to the ways in which somebody passes the second step. */
export type TwoStepChange =
  | {
      readonly change: 'app added' | 'app removed' | 'passkey added' | 'passkey removed'
      /** As its owner calls it. */
      readonly name: string
    }
  | { readonly change: 'recovery code used' | 'recovery codes made' }

/** One mail to be written and sent. It never holds a secret. */
export interface MailOrder {
  readonly mail: MailName
  /** Whose account it is about. */
  readonly user: UserId
  /** Where it goes, when not to the address of that account. */
  readonly to?: string
  /** Of a reminder: how many days are left. */
  readonly days?: number
  /** Of a mail about a batch of invitations. */
  readonly batch?: BatchId
  /** Of a mail about a change of 2-step verification. */
  readonly twoStepChange?: TwoStepChange
  /** Of a mail about an API token: its number. */
  readonly token?: number
}
