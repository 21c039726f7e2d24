import type { Page } from '#web/page.ts'
import type { BrowserLine, SessionLine } from '#web/session-lines.ts'

export interface SessionsView {
  readonly sessions: readonly (SessionLine & { readonly isThis: boolean })[]
  readonly browsers: readonly BrowserLine[]
}

export const sessionsPage = (view: SessionsView): Page => ({
  template: 'account/sessions.njk',
  view: { title: 'Where you are signed in', ...view },
})
