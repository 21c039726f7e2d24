import type { Page } from '#web/page.ts'

export interface SignInsView {
  readonly sources: readonly {
    readonly address: string
    readonly attempts: string
    readonly tried: string
    readonly last: string
  }[]
  readonly attempts: readonly {
    readonly time: string
    readonly address: string
    readonly device: string
    readonly code: string
  }[]
  readonly newestPath: string | null
  readonly olderPath: string | null
}

export const signInsPage = (view: SignInsView): Page => ({
  template: 'records/sign-ins.njk',
  view: {
    title: 'Sign-in attempts on unknown accounts',
    breadcrumbs: [{ text: 'Records', href: '/records' }],
    ...view,
  },
})
