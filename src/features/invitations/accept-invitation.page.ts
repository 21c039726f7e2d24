import type { NewPasswordView } from '#web/new-password.ts'
import type { Page } from '#web/page.ts'

export interface AcceptInvitationView {
  /** The text of the link's token, which the form sends on. */
  readonly token: string
  /** The address that the person will sign in with. */
  readonly email: string
  readonly newPassword: NewPasswordView
}

export const acceptInvitationPage = (view: AcceptInvitationView): Page => ({
  template: 'invitations/accept-invitation.njk',
  view: { title: 'Set your password', ...view },
})
