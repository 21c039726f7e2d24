import type { Page } from '#web/page.ts'

export interface BatchesView {
  readonly batches: readonly {
    readonly href: string
    readonly uploaded: string
    readonly creator: string
    readonly users: string
    readonly state: string
  }[]
  readonly isLater: boolean
  /** Where older ones are; nothing when these are the oldest. */
  readonly olderAddress: string | null
}

export const batchesPage = (view: BatchesView): Page => ({
  template: 'batches/batches.njk',
  view: {
    title: 'Batches of users',
    breadcrumbs: [{ text: 'Users', href: '/users' }],
    ...view,
  },
})
