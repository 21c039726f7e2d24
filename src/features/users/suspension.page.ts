import type { Page } from '#web/page.ts'

/** What both pages show around their forms. */
interface Surroundings {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly cancelPath: string
}

export interface SuspendView extends Surroundings {
  /** What was typed. */
  readonly reason: string
  readonly fault: string | null
}

export const suspendPage = (view: SuspendView): Page => ({
  template: 'users/suspend.njk',
  view: { title: `Suspend ${view.name}`, ...view },
})

export interface UnsuspendView extends Surroundings {
  readonly since: string
  readonly reason: string
  /** They never accepted their invitation, and so have no password to lose. */
  readonly isInvited: boolean
}

export const unsuspendPage = (view: UnsuspendView): Page => ({
  template: 'users/unsuspend.njk',
  view: { title: `Unsuspend ${view.name}`, ...view },
})
