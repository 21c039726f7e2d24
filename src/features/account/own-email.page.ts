import type { Page } from '#web/page.ts'

export interface OwnEmailView {
  /** What was typed, or the address as it is. */
  readonly email: string
  readonly fault: string | null
  readonly pending: PendingView | null
}

/** A change of address that waits, as `account/pending-email.njk` shows it. */
export interface PendingView {
  /** The address that has yet to be confirmed. */
  readonly email: string
  /** The link to confirm it is too old. */
  readonly isExpired: boolean
}

export const ownEmailPage = (view: OwnEmailView): Page => ({
  template: 'account/own-email.njk',
  view: { title: 'Change your email address', ...view },
})
