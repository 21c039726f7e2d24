import { type Role, roleNames } from '#domain/user.ts'
import { rememberedFor } from '#kernel/remembered.ts'
import type { ListOrganisation, ListPermission } from '#store/user-list.ts'
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
  /** The values of those of the options that are ticked. */
  readonly ticked: readonly string[]
  /** So many that they are shown in a box of their own, the ticked first. */
  readonly isLong: boolean
  readonly options: readonly Option[]
}

/** What the list can be narrowed to (`reference/admin-ui.md` 5.1). */
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
        groupOf(
          query,
          'organisations',
          'Organisations',
          isReachUnlimited ? organisationsOrNone(organisations) : organisationsOnly(organisations),
        ),
      ]
    : []),
  groupOf(query, 'permissions', 'Permissions', permissionOptions(permissions)),
]

const organisationsOnly = rememberedFor((organisations: readonly ListOrganisation[]): readonly Option[] =>
  organisations.map((one) => ({ value: String(one.id), text: organisationName(one) })),
)
const organisationsOrNone = rememberedFor((organisations: readonly ListOrganisation[]) => [
  { value: withoutOrganisation, text: 'No organisation' },
  ...organisationsOnly(organisations),
])
const permissionOptions = rememberedFor((permissions: readonly ListPermission[]): readonly Option[] =>
  permissions.map((one) => ({ value: String(one.id), text: permissionName(one) })),
)

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
  const ticked = options.map(({ value }) => value).filter((one) => asked.has(one))
  return { name, title, isOpen: ticked.length > 0, ticked, isLong: options.length > mostInView, options }
}
