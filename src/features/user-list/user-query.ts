import type { PermissionId } from '#domain/application.ts'
import { dayOf } from '#domain/day.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { UserStatus } from '#domain/user.ts'
import type { TwoStepStatus, UserFilter, UserOrder, UserPlace } from '#domain/user-filter.ts'
import { Invalid } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'

/** What an address of the list asks for, as it stands there: no blanks around it, nothing twice, nothing meaningless. */
export interface UserQuery {
  readonly filter: string
  readonly statuses: readonly string[]
  readonly two_step_statuses: readonly string[]
  readonly roles: readonly string[]
  readonly organisations: readonly string[]
  readonly permissions: readonly string[]
  readonly dormant_since: string
  readonly invited_since: string
  readonly exemption_ends_by: string
  readonly sort: UserOrder
  /** Who is selected, on this page and on those before: at most `mostSelected`. */
  readonly users: readonly string[]
}

export type DateField = 'dormant_since' | 'invited_since' | 'exemption_ends_by'
export type ListField = 'statuses' | 'two_step_statuses' | 'roles' | 'organisations' | 'permissions'

/** What stands in addresses, and what it means. */
export const statusValues = {
  active: 'active',
  suspended: 'suspended',
  invited: 'invited',
  locked: 'locked',
} as const satisfies Record<string, UserStatus>

export const twoStepValues = {
  has_2sv: 'enabled',
  not_setup_2sv: 'not-set-up',
  exempt_from_2sv: 'exempted',
} as const satisfies Record<string, TwoStepStatus>

export const withoutOrganisation = 'none'

/** So many can be selected in the list: an address cannot hold everybody. */
export const mostSelected = 200

const orders: readonly UserOrder[] = ['name', 'newest-sign-in', 'oldest-sign-in']

export type Parameters = Readonly<Record<string, string | readonly string[]>>

/** Reads the query of an address. Throws `Invalid` when what can be asked once is asked more than once. */
export const readUserQuery = (parameters: Parameters): UserQuery => {
  const sort = onlyOf(parameters, 'sort')
  return {
    filter: onlyOf(parameters, 'filter'),
    statuses: allOf(parameters, 'statuses').filter((value) => Object.hasOwn(statusValues, value)),
    two_step_statuses: allOf(parameters, 'two_step_statuses').filter((value) =>
      Object.hasOwn(twoStepValues, value),
    ),
    roles: allOf(parameters, 'roles'),
    organisations: allOf(parameters, 'organisations'),
    permissions: allOf(parameters, 'permissions'),
    dormant_since: onlyOf(parameters, 'dormant_since'),
    invited_since: onlyOf(parameters, 'invited_since'),
    exemption_ends_by: onlyOf(parameters, 'exemption_ends_by'),
    sort: orders.find((one) => one === sort) ?? 'name',
    users: selectedIn(parameters).slice(0, mostSelected),
  }
}

const selectedIn = (parameters: Parameters): readonly string[] =>
  allOf(parameters, 'users').filter((value) => rowNumber(value) !== undefined)

/** Are more selected than can be? Those beyond are left out. */
export const areTooManySelected = (parameters: Parameters): boolean =>
  selectedIn(parameters).length > mostSelected

const sentAs = (parameters: Parameters, name: string): string | readonly string[] =>
  Object.hasOwn(parameters, name) ? (parameters[name] ?? '') : ''

const onlyOf = (parameters: Parameters, name: string): string => {
  const value = sentAs(parameters, name)
  if (typeof value !== 'string')
    throw new Invalid(`The address asks for “${name}” more than once. Go back to the list and try again.`)
  return value.trim()
}

const allOf = (parameters: Parameters, name: ListField | 'users'): readonly string[] => {
  const values = [sentAs(parameters, `${name}[]`)].flat().map((value) => value.trim())
  return [...new Set(values)].filter((value) => value !== '')
}

const longestText = 255

/** What is wrong with what somebody typed, by field. */
export type UserQueryFaults = Partial<Readonly<Record<'filter' | DateField, string>>>

export const faultsOf = (query: UserQuery): UserQueryFaults => {
  const dateFault = (field: DateField, name: string): UserQueryFaults =>
    query[field] === '' || dayOf(query[field]) !== undefined
      ? {}
      : { [field]: `${name} must be a real date, such as 27/3/2026` }
  return {
    ...([...query.filter].length > longestText && {
      filter: `Search must be ${longestText} characters or less`,
    }),
    ...dateFault('dormant_since', 'Not signed in since'),
    ...dateFault('invited_since', 'Invited since'),
    ...dateFault('exemption_ends_by', 'Exemption ends by'),
  }
}

/** Whom a query that is without faults asks for. */
export const filterOf = (query: UserQuery): UserFilter => ({
  text: query.filter,
  statuses: query.statuses.map((value) => statusValues[value as keyof typeof statusValues]),
  twoStep: query.two_step_statuses.map((value) => twoStepValues[value as keyof typeof twoStepValues]),
  roles: query.roles,
  organisations: query.organisations
    .filter((value) => value !== withoutOrganisation)
    .map(idOf<OrganisationId>),
  withoutOrganisation: query.organisations.includes(withoutOrganisation),
  permissions: query.permissions.map(idOf<PermissionId>),
  dormantSince: dayOf(query.dormant_since),
  invitedSince: dayOf(query.invited_since),
  exemptionEndsBy: dayOf(query.exemption_ends_by),
})

/** The number, or 0, which nothing has. */
const idOf = <Id extends number>(value: string): Id => Number(/^\d{1,9}$/.test(value) ? value : 0) as Id

/** What narrows the list, by the names of the address. */
export const narrowing = (query: UserQuery): readonly string[] =>
  Object.entries(query)
    .filter(([name, value]) => name !== 'sort' && name !== 'users' && value.length > 0)
    .map(([name]) => name)

/** The query of an address that asks for this; `?` and all, or nothing. */
export const addressQuery = (query: UserQuery, more: Readonly<Record<string, string>> = {}): string => {
  const pairs = Object.entries(query).flatMap(([name, value]: [string, string | readonly string[]]) =>
    typeof value === 'string' ? [[name, value]] : value.map((one) => [`${name}[]`, one]),
  )
  const told = [...pairs, ...Object.entries(more)].filter(
    ([name, value]) => value !== '' && !(name === 'sort' && value === 'name'),
  )
  return told.length === 0 ? '' : `?${new URLSearchParams(told as [string, string][])}`
}

const unreadable = 'The list has no page of this address. Start again from the first page.'

/** The place in the list that `after` or `before` of an address names: `ID-KEY`. Throws `Invalid` for what is none. */
export const placeIn = (parameters: Parameters, order: UserOrder): UserPlace | undefined => {
  const directions = (['after', 'before'] as const).filter((name) => Object.hasOwn(parameters, name))
  const [direction] = directions
  if (direction === undefined) return undefined
  const value = sentAs(parameters, direction)
  const [, id, key] = (typeof value === 'string' && /^(\d{1,9})-(.{1,1000})$/su.exec(value)) || []
  if (id === undefined || key === undefined || directions.length > 1) throw new Invalid(unreadable)
  if (order !== 'name' && !/^(?:\d{1,16}|never)$/.test(key)) throw new Invalid(unreadable)
  return { direction, id: Number(id), key }
}

/** A place as it stands in an address. */
export const placeText = ({ id, key }: Omit<UserPlace, 'direction'>): string => `${id}-${key}`
