import type { Page } from '#web/page.ts'

export interface FailedJobsView {
  readonly count: string
  readonly jobs: readonly {
    readonly what: string
    readonly user: string
    readonly userPath: string | null
    readonly application: string
    /** Why it failed, and after how many attempts. */
    readonly error: string
    readonly tried: string
    /** What tells it from the others, for those who hear one button after another. */
    readonly called: string
    readonly retryPath: string
    readonly discardPath: string
  }[]
  readonly retryAllPath: string
  readonly newestPath: string | null
  readonly olderPath: string | null
}

export const failedJobsPage = (view: FailedJobsView): Page => ({
  template: 'records/failed-jobs.njk',
  view: { title: 'Failed jobs', breadcrumbs: [{ text: 'Records', href: '/records' }], ...view },
})
