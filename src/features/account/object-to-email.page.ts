import type { Page } from '#web/page.ts'

export interface ObjectToEmailView {
  readonly token: string
  /** What the link is about; nothing when it is no use any more. */
  readonly change: { readonly oldEmail: string; readonly newEmail: string } | null
  /** The change waits, and can be stopped; otherwise it has taken effect. */
  readonly isPending: boolean
}

export const objectToEmailPage = ({ token, change, isPending }: ObjectToEmailView): Page => ({
  template: 'account/object-to-email.njk',
  view: { title: change ? titleOf(isPending) : 'This link does not work any more', token, change, isPending },
})

const titleOf = (isPending: boolean): string =>
  isPending ? 'Stop the change of email address' : 'The email address has been changed already'
