import type { Page } from '#web/page.ts'

export interface ChooseView {
  readonly faults: readonly string[]
  readonly users: readonly { readonly id: number; readonly name: string; readonly email: string }[]
  readonly addresses: string
  readonly applications: readonly {
    readonly value: string
    readonly text: string
    readonly selected: boolean
  }[]
  readonly isGiving: boolean | null
}

export interface PreparedView {
  readonly id: number
  readonly application: string
  readonly isGiving: boolean
  readonly all: number
  readonly faults: readonly string[]
  readonly choices: readonly {
    readonly value: string
    readonly text: string
    readonly checked: boolean
  }[]
  /** What the chosen permissions would do; nothing while none is chosen. */
  readonly preview: {
    readonly names: readonly string[]
    readonly ids: readonly number[]
    readonly changed: number
  } | null
}

export interface ReportView {
  readonly id: number
  readonly application: string
  readonly isGiving: boolean
  readonly isOver: boolean
  readonly stoppedBecause: string | null
  readonly done: string
  readonly all: string
  readonly changed: string
  readonly unchanged: string
  readonly failed: string
  readonly hasFailed: boolean
  readonly outcome: string
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
  template: 'access-of-many/choose.njk',
  view: { title: 'Change access of several users', breadcrumbs, ...view },
})

export const preparedPage = (view: PreparedView): Page => ({
  template: 'access-of-many/prepared.njk',
  view: {
    title: `${view.isGiving ? 'Give access to' : 'Take access from'} ${view.all.toLocaleString('en')} ${view.all === 1 ? 'user' : 'users'}`,
    breadcrumbs,
    ...view,
  },
})

export const reportPage = (view: ReportView): Page => ({
  template: 'access-of-many/report.njk',
  view: {
    title: `${view.isGiving ? 'Giving' : 'Taking'} access to ${view.application}`,
    breadcrumbs,
    ...view,
  },
})
