import type { UserStatus } from '#domain/user.ts'
import type { Page } from '#web/page.ts'
import type { FilterGroup } from './filter-groups.ts'
import type { DateField, UserQueryFaults } from './user-query.ts'

export interface UserListView {
  /** `1,234 users in Cabinet Office`; nothing when what was typed has a fault. */
  readonly caption: string | null
  readonly users: readonly {
    readonly id: number
    readonly href: string
    readonly isSelected: boolean
    readonly name: string
    readonly email: string
    readonly role: string
    readonly organisation: string
    readonly status: UserStatus
    readonly twoStep: string
    readonly lastSignedIn: string
  }[]
  readonly search: string
  readonly groups: readonly FilterGroup[]
  readonly dates: readonly {
    readonly name: DateField
    readonly label: string
    readonly hint: string
    readonly value: string
  }[]
  readonly orders: readonly { readonly value: string; readonly text: string; readonly selected: boolean }[]
  readonly tags: readonly { readonly text: string; readonly href: string }[]
  /** By field. */
  readonly faults: UserQueryFaults
  /** The list is narrowed in some way. */
  readonly isNarrowed: boolean
  /** The page stands behind a place where nobody is any more. */
  readonly isBehindTheLast: boolean
  readonly toList: string
  /** The list without a filter. */
  readonly toEverybody: string
  readonly toExport: { readonly href: string; readonly text: string } | null
  readonly toInvite: string | null
  readonly toBatch: string | null
  readonly toMany: string | null
  readonly toReset: string | null
  /** Nothing for whoever may not change the access of many. */
  readonly selection: SelectionView | null
  readonly previousAddress: string | null
  readonly nextAddress: string | null
}

/** Whoever is selected, to change the access of all of them. */
export interface SelectionView {
  readonly count: number
  /** Those of them who are not on this page. */
  readonly elsewhere: readonly string[]
  /** Why some are not selected who should be. */
  readonly fault: string | null
  readonly toNobody: string
  /** The place of the next page. */
  readonly next: string | null
}

export const userListPage = (view: UserListView): Page => ({
  template: 'user-list/user-list.njk',
  view: {
    title: 'Users',
    breadcrumbs: [],
    ...view,
    problems: [
      ...Object.entries(view.faults).map(([field, text]) => ({ text, href: `#${field}` })),
      ...(view.selection?.fault ? [{ text: view.selection.fault, href: '#selected' }] : []),
    ],
  },
})
