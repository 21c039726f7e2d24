import type { Page } from '#web/page.ts'

interface Breadcrumb {
  readonly text: string
  readonly href: string
}

export interface ApplicationsView {
  readonly name: string
  readonly applications: readonly {
    readonly name: string
    readonly description: string
    readonly permissions: readonly string[]
    /** Nothing when there is nothing that people may give. */
    readonly updatePath: string | null
  }[]
  readonly breadcrumbs: readonly Breadcrumb[]
}

export const applicationsPage = (view: ApplicationsView): Page => ({
  template: 'api-users/applications.njk',
  view: { title: `${view.name}’s applications`, ...view },
})

export interface PermissionsView {
  readonly name: string
  readonly application: string
  readonly permissions: readonly { readonly id: number; readonly name: string; readonly isHeld: boolean }[]
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly cancelPath: string
}

export const permissionsPage = (view: PermissionsView): Page => ({
  template: 'api-users/permissions.njk',
  view: { title: `Update ${view.name}’s permissions for ${view.application}`, ...view },
})
