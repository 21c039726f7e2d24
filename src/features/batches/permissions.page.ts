import type { Page } from '#web/page.ts'
import type { PermissionChoices } from '#web/permission-choices.ts'

export interface PermissionsView {
  readonly id: number
  readonly users: string
  /** To be invited; nothing when everybody has an account. */
  readonly toInvite: string | null
  readonly taken: readonly string[]
  /** How many have an account already. */
  readonly takenInWords: string
  /** How many of these are not shown, in words; nothing when these are all. */
  readonly moreTaken: string | null
  readonly organisations: readonly string[]
  /** What to say of the way in which the file was read; nothing when that was in order. */
  readonly encodingNote: string | null
  readonly sample: readonly { readonly name: string; readonly email: string; readonly organisation: string }[]
  /** The organisations that those without one may get; nothing when every row names one. */
  readonly choices:
    | readonly { readonly value: string; readonly text: string; readonly selected: boolean }[]
    | null
  readonly applications: readonly PermissionChoices[]
  readonly requiresTwoStep: boolean
  readonly organisationFault: string | null
  readonly permissionsFault: string | null
}

export const permissionsPage = (view: PermissionsView): Page => ({
  template: 'batches/permissions.njk',
  view: {
    title: 'Manage permissions for new users',
    breadcrumbs: [
      { text: 'Users', href: '/users' },
      { text: 'Upload a batch of users', href: '/batch_invitations/new' },
    ],
    ...view,
    problems: [
      ...(view.organisationFault === null ? [] : [{ text: view.organisationFault, href: '#organisation' }]),
      ...(view.permissionsFault === null ? [] : [{ text: view.permissionsFault, href: '#permissions' }]),
      ...view.applications.flatMap(({ id, fault }) =>
        fault === null ? [] : [{ text: fault, href: `#permissions-${id}` }],
      ),
    ],
  },
})
