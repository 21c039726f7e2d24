import type { Page } from '#web/page.ts'

export interface OrganisationsView {
  readonly tabs: readonly { readonly text: string; readonly href: string; readonly isCurrent: boolean }[]
  readonly isClosed: boolean
  readonly filter: string
  readonly rows: readonly OrganisationRow[]
  /** Where all of the tab are shown, without a filter. */
  readonly allPath: string
  readonly firstPath: string | null
  readonly nextPath: string | null
}

export interface OrganisationRow {
  readonly name: string
  readonly path: string
  readonly format: string
  readonly slug: string
  readonly parents: readonly Link[]
  readonly requiresTwoStep: boolean
}

export interface Link {
  readonly text: string
  readonly href: string
}

export const organisationsPage = (view: OrganisationsView): Page => ({
  template: 'organisations/organisations.njk',
  view: { title: 'Organisations', breadcrumbs: [], ...view },
})
