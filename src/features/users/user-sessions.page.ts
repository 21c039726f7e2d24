import type { Page } from '#web/page.ts'
import type { BrowserLine, SessionLine } from '#web/session-lines.ts'

export interface UserSessionsView {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly sessions: readonly (SessionLine & { readonly endPath: string })[]
  readonly browsers: readonly (BrowserLine & { readonly forgetPath: string })[]
  readonly endAllPath: string
  readonly userPath: string
}

/** Where somebody else is signed in and remembered. */
export const userSessionsPage = ({ name, ...view }: UserSessionsView): Page => ({
  template: 'users/user-sessions.njk',
  view: { title: `Where ${name} is signed in`, ...view },
})
