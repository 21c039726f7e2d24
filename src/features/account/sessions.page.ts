import type { Page } from '#web/page.ts'

export interface SessionsView {
  readonly sessions: readonly {
    readonly id: string
    readonly device: string
    readonly isThis: boolean
    readonly begun: string
    readonly lastUsed: string
    readonly address: string
    readonly how: string
  }[]
  readonly browsers: readonly {
    readonly id: string
    readonly device: string
    readonly remembered: string
    readonly lastUsed: string
    readonly until: string
    readonly address: string
  }[]
}

export const sessionsPage = (view: SessionsView): Page => ({
  template: 'account/sessions.njk',
  view: { title: 'Where you are signed in', ...view },
})
