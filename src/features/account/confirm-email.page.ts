import type { Page } from '#web/page.ts'

export interface ConfirmEmailView {
  readonly token: string
  readonly oldEmail: string
  readonly newEmail: string
  /** Somebody who is not signed in shows by it that the account is theirs. */
  readonly asksPassword: boolean
  readonly fault: string | null
}

export const confirmEmailPage = (view: ConfirmEmailView): Page => ({
  template: 'account/confirm-email.njk',
  view: { title: 'Confirm change of email address', ...view },
})
