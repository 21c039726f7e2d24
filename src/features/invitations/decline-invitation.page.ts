import type { Page } from '#web/page.ts'

export interface DeclineInvitationView {
  /** The text of the link's token, which the form sends on. */
  readonly token: string
  /** Whose account would be deleted. */
  readonly email: string
}

export const declineInvitationPage = (view: DeclineInvitationView): Page => ({
  template: 'invitations/decline-invitation.njk',
  view: { title: 'Remove your invitation?', ...view },
})
