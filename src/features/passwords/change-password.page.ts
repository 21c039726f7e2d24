import type { NewPasswordView } from '#web/new-password.ts'
import type { Page } from '#web/page.ts'

export interface ChangePasswordView {
  readonly currentFault: string | null
  readonly newPassword: NewPasswordView
}

export const changePasswordPage = ({ currentFault, newPassword }: ChangePasswordView): Page => ({
  template: 'passwords/change-password.njk',
  view: {
    title: 'Change your password',
    currentFault,
    newPassword,
    problems: [
      ...(currentFault === null ? [] : [{ text: currentFault, href: '#current-password' }]),
      ...newPassword.problems,
    ],
  },
})
