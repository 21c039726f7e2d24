import type { Page } from '#web/page.ts'

export interface RecordsView {
  readonly kinds: readonly { readonly text: string; readonly href: string; readonly about: string }[]
}

export const recordsPage = (view: RecordsView): Page => ({
  template: 'records/records.njk',
  view: { title: 'Records', breadcrumbs: [], ...view },
})
