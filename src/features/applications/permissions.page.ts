import type { Page } from '#web/page.ts'

export interface PermissionsView {
  readonly applicationName: string
  readonly applicationAddress: string
  readonly newAddress: string
  readonly permissions: readonly {
    readonly name: string
    readonly created: string
    readonly isDelegated: boolean
    readonly isDefault: boolean
    readonly editAddress: string
    /** Nothing for the one that cannot be deleted. */
    readonly deleteAddress: string | null
  }[]
}

export const permissionsPage = (view: PermissionsView): Page => ({
  template: 'applications/permissions.njk',
  view: {
    title: `Permissions for ${view.applicationName}`,
    breadcrumbs: [
      { text: 'Applications', href: '/applications' },
      { text: view.applicationName, href: view.applicationAddress },
    ],
    ...view,
  },
})

export interface PermissionFormView {
  readonly title: string
  readonly applicationName: string
  readonly applicationAddress: string
  readonly listAddress: string
  readonly action: string
  readonly name: string
  readonly isNameFixed: boolean
  readonly isDelegated: boolean
  readonly isDefault: boolean
  /** Of a permission that there is. */
  readonly version: string | null
  readonly fault: string | null
}

export const permissionFormPage = (view: PermissionFormView): Page => ({
  template: 'applications/permission-form.njk',
  view: { breadcrumbs: toPermissions(view), ...view },
})

export interface PermissionRemovalView {
  readonly applicationName: string
  readonly applicationAddress: string
  readonly listAddress: string
  readonly action: string
  readonly name: string
  /** `12 people and machines hold it`. */
  readonly impact: readonly string[]
  readonly isHeld: boolean
  /** What whoever sends the form has seen: a word for the permission, and how many hold it. */
  readonly version: string
  readonly holders: number
  /** Why it was not deleted. */
  readonly fault: string | null
}

export const permissionRemovalPage = (view: PermissionRemovalView): Page => ({
  template: 'applications/permission-removal.njk',
  view: {
    title: `Delete ${view.name} permission for ${view.applicationName}`,
    breadcrumbs: toPermissions(view),
    ...view,
  },
})

const toPermissions = (view: {
  readonly applicationName: string
  readonly applicationAddress: string
  readonly listAddress: string
}) => [
  { text: 'Applications', href: '/applications' },
  { text: view.applicationName, href: view.applicationAddress },
  { text: 'Permissions', href: view.listAddress },
]
