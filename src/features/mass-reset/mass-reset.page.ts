import type { Page } from '#web/page.ts'

interface Choice {
  readonly value: string
  readonly text: string
  readonly checked?: boolean
  readonly selected?: boolean
}

export interface ChooseView {
  readonly faults: readonly { readonly text: string; readonly href: string }[]
  readonly everybody: boolean
  readonly roles: readonly Choice[]
  readonly organisations: readonly Choice[]
  readonly withBelow: boolean
  readonly since: string
  readonly before: string
  readonly withOneself: boolean
  readonly earlier: readonly {
    readonly id: number
    readonly selection: string
    readonly started: string
  }[]
}

export interface PreparedView {
  readonly id: number
  readonly fault: string | null
  readonly selection: string
  readonly all: string
  readonly isOne: boolean
  readonly first: readonly { readonly name: string; readonly email: string }[]
  readonly hasMore: boolean
  readonly mailMinutes: number
  readonly reason: string
  readonly endsAuthorizations: boolean
}

export interface ReportView {
  readonly id: number
  readonly selection: string
  readonly reason: string
  readonly endsAuthorizations: boolean
  readonly isOver: boolean
  readonly stoppedBecause: string | null
  readonly done: string
  /** `1 user`, `1,234 users`. */
  readonly users: string
  readonly reset: string
  readonly unchanged: string
  readonly failed: string
  readonly hasFailed: boolean
  /** Text of the button for those who failed or are left; nothing when there is none. */
  readonly retry: string | null
  readonly onlyFailed: boolean
  readonly members: readonly {
    readonly id: number
    readonly name: string
    readonly email: string
    readonly outcome: string
  }[]
  readonly nextAddress: string | null
}

const breadcrumbs = [{ text: 'Users', href: '/users' }]

export const choosePage = (view: ChooseView): Page => ({
  template: 'mass-reset/choose.njk',
  view: { title: 'Reset passwords of many users', breadcrumbs, ...view },
})

export const preparedPage = (view: PreparedView): Page => ({
  template: 'mass-reset/prepared.njk',
  view: {
    title: `Reset passwords of ${view.all} ${view.isOne ? 'user' : 'users'}`,
    breadcrumbs: [...breadcrumbs, { text: 'Reset passwords', href: '/users/password_resets/new' }],
    ...view,
  },
})

export const reportPage = (view: ReportView): Page => ({
  template: 'mass-reset/report.njk',
  view: {
    title: `${view.isOver ? 'Reset' : 'Resetting'} passwords of ${view.users}`,
    breadcrumbs: [...breadcrumbs, { text: 'Reset passwords', href: '/users/password_resets/new' }],
    ...view,
  },
})
