import type { Page } from '#web/page.ts'

/** A fault, and the field that it is about. */
export interface FieldFault {
  readonly text: string
  readonly field: 'addresses' | 'application' | 'kind'
}

export interface ChooseView {
  readonly faults: readonly FieldFault[]
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
  /** `1 user`, `1,234 users`. */
  readonly users: string
  readonly fault: string | null
  readonly choices: readonly {
    readonly value: string
    readonly text: string
    readonly checked: boolean
  }[]
  /** What the chosen permissions would do; nothing while none is chosen. */
  readonly preview: {
    readonly names: readonly string[]
    readonly ids: readonly number[]
    /** What will become of how many, in a sentence or two. */
    readonly effect: string
    /** `Give to 2 users`; nothing where nobody would change. */
    readonly button: string | null
  } | null
}

export interface ReportView {
  readonly id: number
  readonly application: string
  readonly isGiving: boolean
  readonly isOver: boolean
  readonly stoppedBecause: string | null
  readonly done: string
  /** `1 user`, `1,234 users`. */
  readonly users: string
  readonly changed: string
  readonly unchanged: string
  readonly failed: string
  readonly hasFailed: boolean
  readonly outcome: string
  readonly members: readonly {
    /** Nothing for somebody whom the administrator does not look after any more. */
    readonly person: { readonly id: number; readonly name: string; readonly email: string } | null
    readonly outcome: string
  }[]
  readonly nextAddress: string | null
}

const breadcrumbs = [{ text: 'Users', href: '/users' }]

export const choosePage = (view: ChooseView): Page => ({
  template: 'access-of-many/choose.njk',
  view: { title: 'Change access of several users', breadcrumbs, errors: errorsOf(view.faults), ...view },
})

/** What each field is told, by its name. */
const errorsOf = (faults: readonly FieldFault[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    faults.map(({ field }) => [
      field,
      faults
        .filter((fault) => fault.field === field)
        .map(({ text }) => text)
        .join('. '),
    ]),
  )

export const preparedPage = (view: PreparedView): Page => ({
  template: 'access-of-many/prepared.njk',
  view: {
    title: `${view.isGiving ? 'Give access to' : 'Take access from'} ${view.users}`,
    breadcrumbs,
    ...view,
  },
})

export const reportPage = (view: ReportView): Page => ({
  template: 'access-of-many/report.njk',
  view: {
    title: `${view.isGiving ? 'Giving' : 'Taking away'} access to ${view.application}`,
    breadcrumbs,
    ...view,
  },
})
