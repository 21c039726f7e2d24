import type { Page } from '#web/page.ts'

/** One run in words. */
export interface RunView {
  readonly began: string
  readonly lasted: string
  readonly did: string
  /** Why it failed, or what became of it; nothing when there is nothing to say. */
  readonly trouble: string | null
  readonly outcome: 'Done' | 'Failed' | 'Lost' | 'Under way'
}

export interface RunsView {
  readonly jobs: readonly {
    readonly name: string
    readonly about: string
    readonly path: string
    /** The page that asks before it runs; nothing where it runs at once. */
    readonly confirmPath: string | null
    /** When it runs; nothing where it is not scheduled. */
    readonly times: string | null
    readonly last: RunView | null
  }[]
}

export interface RunsOfJobView {
  readonly name: string
  readonly about: string
  readonly times: string | null
  readonly path: string
  readonly confirmPath: string | null
  readonly runs: readonly RunView[]
}

export const runsPage = (view: RunsView): Page => ({
  template: 'records/runs.njk',
  view: { title: 'Scheduled work', breadcrumbs: [{ text: 'Records', href: '/records' }], ...view },
})

export const runsOfJobPage = (view: RunsOfJobView): Page => ({
  template: 'records/runs-of-job.njk',
  view: {
    title: view.name,
    breadcrumbs: [
      { text: 'Records', href: '/records' },
      { text: 'Scheduled work', href: '/records/runs' },
    ],
    ...view,
  },
})
