import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'

interface Breadcrumb {
  readonly text: string
  readonly href: string
}

export interface ApiUserView {
  readonly name: string
  readonly email: string
  readonly status: UserStatus
  /** Why it is suspended, and since when; nothing when it is not. */
  readonly suspension: { readonly since: string; readonly reason: string } | null
  /** How many tokens it has. */
  readonly tokens: string
  /** Which of them expire soon, or have expired. */
  readonly warnings: readonly string[]
  /** Signon presents its tokens itself. */
  readonly isSignons: boolean
  readonly paths: Readonly<
    Record<'name' | 'email' | 'suspension' | 'newToken' | 'tokens' | 'applications' | 'log', string>
  >
}

export const apiUserPage = (view: ApiUserView): Page => ({
  template: 'api-users/api-user.njk',
  view: { title: view.name, breadcrumbs: [{ text: 'API users', href: '/api_users' }], ...view },
})

export interface ChangeView {
  readonly title: string
  readonly field: 'name' | 'email'
  readonly label: string
  readonly hint: string
  readonly button: string
  /** What was typed, or what it is. */
  readonly value: string
  /** What it was when the form was shown. */
  readonly was: string
  readonly fault: string | null
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly cancelPath: string
}

/** Changes the name or the address. */
export const changePage = (view: ChangeView): Page => ({
  template: 'api-users/change.njk',
  view: { ...view },
})

export interface SuspensionView {
  readonly name: string
  readonly isSuspended: boolean
  readonly isSignons: boolean
  /** Why it is suspended, or what was typed. */
  readonly reason: string
  readonly fault: string | null
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly cancelPath: string
}

/** Suspends an API user, or ends its suspension. */
export const suspensionPage = (view: SuspensionView): Page => ({
  template: 'api-users/suspension.njk',
  view: { title: `${view.isSuspended ? 'Unsuspend' : 'Suspend'} ${view.name}`, ...view },
})
