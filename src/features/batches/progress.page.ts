import type { Page } from '#web/page.ts'

export interface ProgressView {
  readonly id: number
  /** How it stands, in a sentence. */
  readonly status: string
  readonly isRunning: boolean
  /** Whoever looks may choose permissions now. */
  readonly mayBegin: boolean
  /** Text of the button for those who failed or are left; nothing when there is none. */
  readonly retry: string | null
  readonly creator: string
  readonly uploaded: string
  readonly users: string
  readonly invited: string
  readonly skipped: string
  readonly failed: string
  readonly hasFailed: boolean
  /** Only those who failed are listed. */
  readonly isFailedOnly: boolean
  readonly rows: readonly {
    readonly number: number
    readonly name: string
    readonly email: string
    readonly organisation: string
    readonly outcome: string
  }[]
  /** This very page, for whoever has no JavaScript. */
  readonly address: string
  readonly isLater: boolean
  /** Where the next rows are; nothing when these are the last. */
  readonly nextAddress: string | null
}

export const progressPage = (view: ProgressView): Page => ({
  template: 'batches/progress.njk',
  view: {
    title: 'Creating a batch of users',
    breadcrumbs: [
      { text: 'Users', href: '/users' },
      { text: 'Batches of users', href: '/batch_invitations' },
    ],
    ...view,
  },
})
