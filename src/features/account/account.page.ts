import type { Page } from '#web/page.ts'

export interface AccountView {
  readonly name: string
  readonly email: string
  readonly role: string
  readonly organisation: string
  /** The address that has yet to be confirmed. */
  readonly pendingEmail: string | null
  readonly hasSecondFactor: boolean
}

export const accountPage = ({ pendingEmail, hasSecondFactor, ...details }: AccountView): Page => ({
  template: 'account/account.njk',
  view: { title: 'Settings', details, pendingEmail, hasSecondFactor },
})
