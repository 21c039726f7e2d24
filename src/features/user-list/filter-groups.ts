import { type Role, roleNames } from '#domain/user.ts'
import { organisationName, permissionName } from './filter-tags.ts'
import type { UserList } from './list-users.ts'
import {
  type ListField,
  statusValues,
  twoStepValues,
  type UserQuery,
  withoutOrganisation,
} from './user-query.ts'
import { statusNames, twoStepNames } from './words.ts'

interface Option {
  readonly value: string
  readonly text: string
}

/** Choices that belong together: each lets more people through. */
export interface FilterGroup {
  readonly name: ListField
  readonly title: string
  readonly isOpen: boolean
  readonly ticked: number
  /** So many that they are shown in a box of their own. */
  readonly isLong: boolean
  readonly options: readonly (Option & { readonly isTicked: boolean })[]
}

/** What the list can be narrowed to (`reference/admin-ui.md` 5.1): the ticked first where there are many. */
export const filterGroups = (
  query: UserQuery,
  { organisations, permissions, onlyOrganisation }: UserList,
  roles: readonly Role[],
  isReachUnlimited: boolean,
): readonly FilterGroup[] => [
  groupOf(query, 'statuses', 'Status', valuesOf(statusValues, statusNames)),
  groupOf(query, 'two_step_statuses', '2SV status', valuesOf(twoStepValues, twoStepNames)),
  groupOf(
    query,
    'roles',
    'Roles',
    roles.map((role) => ({ value: role, text: roleNames[role] })),
  ),
  ...(onlyOrganisation === undefined
    ? [
        groupOf(query, 'organisations', 'Organisations', [
          ...(isReachUnlimited ? [{ value: withoutOrganisation, text: 'No organisation' }] : []),
          ...organisations.map((one) => ({ value: String(one.id), text: organisationName(one) })),
        ]),
      ]
    : []),
  groupOf(
    query,
    'permissions',
    'Permissions',
    permissions.map((one) => ({ value: String(one.id), text: permissionName(one) })),
  ),
]

const valuesOf = <Meaning extends string>(
  values: Readonly<Record<string, Meaning>>,
  names: Readonly<Record<Meaning, string>>,
): readonly Option[] => Object.entries(values).map(([value, meaning]) => ({ value, text: names[meaning] }))

const mostInView = 5

const groupOf = (
  query: UserQuery,
  name: ListField,
  title: string,
  options: readonly Option[],
): FilterGroup => {
  const asked = new Set(query[name])
  const all = options.map((option) => ({ ...option, isTicked: asked.has(option.value) }))
  const ticked = all.filter(({ isTicked }) => isTicked)
  const isLong = options.length > mostInView
  return {
    name,
    title,
    isOpen: ticked.length > 0,
    ticked: ticked.length,
    isLong,
    options: isLong ? [...ticked, ...all.filter(({ isTicked }) => !isTicked)] : all,
  }
}
