import type { Page } from '#web/page.ts'
import type { Choice } from './change.page.ts'

export interface OwnView {
  /** What it is, for who may only look at it. */
  readonly present: string
  /** What there is to choose from; nothing for who may not. */
  readonly choices: readonly Choice[] | null
  /** What it was when the form was made: whoever sends the form has seen that. */
  readonly was: string
  readonly fault: string | null
}

export const ownRolePage = (view: OwnView): Page => ({
  template: 'users/own.njk',
  view: {
    title: view.choices === null ? 'View your role' : 'Change your role',
    button: 'Change role',
    field: { id: 'role', name: 'user[role]', label: 'Role', explainsRoles: true },
    ...view,
  },
})

export const ownOrganisationPage = (view: OwnView): Page => ({
  template: 'users/own.njk',
  view: {
    title: view.choices === null ? 'View your organisation' : 'Change your organisation',
    button: 'Change organisation',
    field: { id: 'organisation', name: 'user[organisation_id]', label: 'Organisation', explainsRoles: false },
    ...view,
  },
})
