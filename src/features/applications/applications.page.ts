import type { Page } from '#web/page.ts'

/** A way on from a page. */
export interface Link {
  readonly text: string
  readonly href: string
}

export interface ListedApplicationView {
  readonly name: string
  readonly description: string
  readonly address: string
}

export interface ApplicationsView {
  readonly newAddress: string
  readonly tabs: readonly {
    readonly id: string
    readonly label: string
    readonly applications: readonly ListedApplicationView[]
  }[]
}

export const applicationsPage = (view: ApplicationsView): Page => ({
  template: 'applications/applications.njk',
  view: { title: 'Applications', breadcrumbs: [], ...view },
})
