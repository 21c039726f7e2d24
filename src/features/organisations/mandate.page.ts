import type { Page } from '#web/page.ts'

export interface MandateView {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  /** Is it required at the moment? */
  readonly isRequired: boolean
  readonly problem: string | null
  /** How many members there are, and how many of them stand how. */
  readonly rows: readonly { readonly key: string; readonly value: string }[]
  readonly cancelPath: string
}

export const mandatePage = (view: MandateView): Page => ({
  template: 'organisations/mandate.njk',
  view: {
    title: view.isRequired
      ? `Stop requiring 2-step verification for ${view.name}`
      : `Require 2-step verification for ${view.name}`,
    problems: view.problem === null ? [] : [{ text: view.problem, href: '#mandate' }],
    ...view,
  },
})
