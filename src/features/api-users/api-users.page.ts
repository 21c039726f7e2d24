import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'

export interface ApiUsersView {
  readonly users: readonly {
    readonly name: string
    readonly path: string
    readonly email: string
    readonly applications: readonly string[]
    readonly status: UserStatus
  }[]
  /** What is sought in names and addresses; everything when it is empty. */
  readonly filter: string
}

export const apiUsersPage = (view: ApiUsersView): Page => ({
  template: 'api-users/api-users.njk',
  view: { title: 'API users', breadcrumbs: [], ...view },
})

export interface NewApiUserView {
  /** What was typed. */
  readonly name: string
  readonly email: string
  readonly faults: { readonly name?: string; readonly email?: string }
}

export const newApiUserPage = ({ faults, ...typed }: NewApiUserView): Page => ({
  template: 'api-users/new-api-user.njk',
  view: {
    title: 'Create new API user',
    breadcrumbs: [{ text: 'API users', href: '/api_users' }],
    ...typed,
    nameFault: faults.name ?? null,
    emailFault: faults.email ?? null,
  },
})
