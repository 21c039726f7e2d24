import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'
import type { PendingEmailView } from './change.page.ts'

export interface DetailView {
  readonly key: string
  readonly value: string
  readonly note: string | null
  /** Shown as a tag before the value. */
  readonly status: UserStatus | null
  /** Where it is changed; nothing for who may not. */
  readonly changePath: string | null
}

export interface UserView {
  readonly name: string
  readonly breadcrumbs: readonly { readonly text: string; readonly href: string }[]
  readonly details: readonly DetailView[]
  readonly pending: PendingEmailView | null
  readonly security: readonly { readonly text: string; readonly href: string }[]
  /** Where what they may use is changed; nothing for who may not. */
  readonly permissionsPath: string | null
  readonly why: { readonly sentence: string; readonly way: readonly string[] }
}

/** All about one person, for those who look after them (`reference/admin-ui.md` 5.5). */
export const userPage = ({ name, ...view }: UserView): Page => ({
  template: 'users/user.njk',
  view: { title: name, ...view },
})
