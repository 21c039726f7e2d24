import type { Page } from '#web/page.ts'

export interface DashboardView {
  readonly applications: readonly {
    readonly name: string
    readonly description: string | null
    readonly homeUri: string
  }[]
  readonly person: {
    readonly name: string
    readonly email: string
    readonly role: string
    readonly organisation: string
  }
  readonly twoStep: { readonly text: string; readonly path: string }
}

export const dashboardPage = ({ applications, person, twoStep }: DashboardView): Page => ({
  template: 'dashboard/dashboard.njk',
  view: { title: 'Your applications', applications, account: person, twoStep },
})
