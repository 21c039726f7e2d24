import type { Page } from '#web/page.ts'

export interface RetirementView {
  readonly name: string
  readonly address: string
  readonly action: string
  readonly isRetired: boolean
  /** `12 people`, `1 person`. */
  readonly people: string
  /** `3 API tokens`. */
  readonly apiTokens: string
}

/** What retiring or bringing back does, and the button for it. */
export const retirementPage = (view: RetirementView): Page => ({
  template: 'applications/retirement.njk',
  view: {
    title: view.isRetired ? `Bring ${view.name} back` : `Retire ${view.name}`,
    breadcrumbs: [
      { text: 'Applications', href: '/applications' },
      { text: view.name, href: view.address },
    ],
    ...view,
  },
})
