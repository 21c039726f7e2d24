import type { Page } from '#web/page.ts'

export interface OwnEmailView {
  /** What was typed, or the address as it is. */
  readonly email: string
  readonly fault: string | null
  readonly pendingEmail: string | null
}

export const ownEmailPage = (view: OwnEmailView): Page => ({
  template: 'account/own-email.njk',
  view: { title: 'Change your email address', ...view },
})
