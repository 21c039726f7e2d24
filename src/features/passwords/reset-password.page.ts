import type { NewPasswordView } from '#web/new-password.ts'
import type { Page } from '#web/page.ts'

export interface ResetPasswordView {
  /** The text of the link's token, which the form sends on. */
  readonly token: string
  readonly newPassword: NewPasswordView
}

export const resetPasswordPage = (view: ResetPasswordView): Page => ({
  template: 'passwords/reset-password.njk',
  view: { title: 'Choose a new password', ...view },
})

export const deadLinkPage = (): Page => ({
  template: 'passwords/dead-link.njk',
  view: { title: 'Sorry, this link doesn’t work' },
})
