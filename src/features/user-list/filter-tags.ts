import { dayOf } from '#domain/day.ts'
import { type Role, roleNames } from '#domain/user.ts'
import type { ListOrganisation, ListPermission } from '#store/user-list.ts'
import { shortDay } from './day.ts'
import type { UserList } from './list-users.ts'
import {
  type ListField,
  statusValues,
  twoStepValues,
  type UserQuery,
  type UserQueryFaults,
  withoutOrganisation,
} from './user-query.ts'
import { statusNames, twoStepNames } from './words.ts'

/** One way in which the list is narrowed, and the query without it. */
export interface FilterTag {
  readonly text: string
  readonly without: UserQuery
}

/** The name of an organisation, as lists have it. */
export const organisationName = ({ name, abbreviation, isClosed }: ListOrganisation): string =>
  [
    name,
    abbreviation !== null && abbreviation !== '' && abbreviation !== name && `(${abbreviation})`,
    isClosed && '(closed)',
  ]
    .filter(Boolean)
    .join(' ')

export const permissionName = ({ application, name }: ListPermission): string => `${application} ${name}`

/**
 * What the list is narrowed to. What is not there and what is not for this administrator are called the same, and stand
 * in one tag.
 */
export const filterTags = (
  query: UserQuery,
  faults: UserQueryFaults,
  { organisations, permissions }: UserList,
  roles: readonly Role[],
): readonly FilterTag[] => [
  ...(query.filter === '' || faults.filter
    ? []
    : [{ text: `Search: ${query.filter}`, without: { ...query, filter: '' } }]),
  ...listTags(query, 'statuses', 'Status', (value) => statusNames[statusValues[value as 'active']]),
  ...listTags(
    query,
    'two_step_statuses',
    '2SV status',
    (value) => twoStepNames[twoStepValues[value as 'has_2sv']],
  ),
  ...listTags(
    query,
    'roles',
    'Role',
    named(roles, String, (role) => roleNames[role]),
  ),
  ...listTags(query, 'organisations', 'Organisation', (value) =>
    value === withoutOrganisation
      ? 'None'
      : named(organisations, ({ id }) => String(id), organisationName)(value),
  ),
  ...listTags(
    query,
    'permissions',
    'Permission',
    named(permissions, ({ id }) => String(id), permissionName),
  ),
  ...dateTag(query, 'dormant_since', 'Not signed in since'),
  ...dateTag(query, 'invited_since', 'Invited since'),
  ...dateTag(query, 'exemption_ends_by', 'Exemption ends by'),
]

const named =
  <Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string, nameOf: (thing: Thing) => string) =>
  (value: string): string | undefined => {
    const thing = things.find((one) => keyOf(one) === value)
    return thing === undefined ? undefined : nameOf(thing)
  }

const listTags = (
  query: UserQuery,
  field: ListField,
  title: string,
  nameOf: (value: string) => string | undefined,
): readonly FilterTag[] => {
  const names = new Map(query[field].map((value) => [value, nameOf(value)]))
  const without = (isGone: (value: string) => boolean): UserQuery => ({
    ...query,
    [field]: query[field].filter((value) => !isGone(value)),
  })
  const known = query[field].filter((value) => names.get(value) !== undefined)
  const tags = known.map((value) => ({
    text: `${title}: ${names.get(value)}`,
    without: without((one) => one === value),
  }))
  return known.length === query[field].length
    ? tags
    : [...tags, { text: `${title}: Unknown`, without: without((value) => names.get(value) === undefined) }]
}

const dateTag = (
  query: UserQuery,
  field: 'dormant_since' | 'invited_since' | 'exemption_ends_by',
  title: string,
): readonly FilterTag[] => {
  const day = dayOf(query[field])
  return day === undefined ? [] : [{ text: `${title}: ${shortDay(day)}`, without: { ...query, [field]: '' } }]
}
