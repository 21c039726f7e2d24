import type { Page } from '#web/page.ts'
import type { PendingView } from './own-email.page.ts'

export interface AccountView {
  readonly name: string
  readonly email: string
  readonly role: string
  readonly organisation: string
  readonly pending: PendingView | null
  readonly hasSecondFactor: boolean
  readonly mayManageAccess: boolean
  readonly mayChangeRole: boolean
  readonly mayChangeOrganisation: boolean
}

export const accountPage = ({ name, email, role, organisation, ...facts }: AccountView): Page => ({
  template: 'account/account.njk',
  view: { title: 'Settings', details: { name, email, role, organisation }, ...facts },
})
