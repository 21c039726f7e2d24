import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PermissionId } from '#domain/application.ts'
import { lockOverIfBefore } from '#domain/lockout.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, UserStatus } from '#domain/user.ts'
import type { TwoStepStatus, UserFilter, UserOrder, UserPlace } from '#domain/user-filter.ts'

export type Condition = RawBuilder<SqlBool>

/** Whom an administrator sees: people of these roles, of these organisations or of any and of none. */
export interface Reach {
  readonly roles: readonly Role[] | 'all'
  readonly organisations: readonly OrganisationId[] | 'all'
}

/** How a text is looked for: with the help of indexes, for a text that few or many people have; or in each who is walked past. */
export type Search = 'rare' | 'common' | 'walking'

/** Of users `u`: within reach, and let through by the filter. `permissions` are those of the filter that there are. */
export const conditionsOf = (
  reach: Reach,
  filter: UserFilter,
  permissions: readonly PermissionId[],
  now: Date,
  search: Search = 'rare',
): Condition =>
  allOf([
    sql`u.kind = 'person'`,
    reach.roles !== 'all' && sql`u.role = any (${reach.roles})`,
    reach.organisations !== 'all' && inOrganisations(reach.organisations, false),
    filter.text !== '' && containing(filter.text, search),
    filter.statuses.length > 0 && anyOf(filter.statuses.map((status) => statusIs(status, now))),
    filter.twoStep.length > 0 && anyOf(filter.twoStep.map((status) => twoStepConditions[status])),
    filter.roles.length > 0 && sql`u.role = any (${filter.roles})`,
    (filter.organisations.length > 0 || filter.withoutOrganisation) &&
      inOrganisations(filter.organisations, filter.withoutOrganisation),
    filter.permissions.length > 0 && holding(permissions),
    filter.dormantSince !== undefined && dormantSince(filter.dormantSince),
    filter.invitedSince !== undefined && sql`u.invited_at >= ${midnight(filter.invitedSince)}`,
    filter.exemptionEndsBy !== undefined && sql`u.exempt_until <= ${filter.exemptionEndsBy}::date`,
  ])

export const allOf = (conditions: readonly (Condition | false | undefined)[]): Condition =>
  sql`(${sql.join(
    conditions.filter((one) => one !== false && one !== undefined),
    sql` and `,
  )})`

const anyOf = (conditions: readonly Condition[]): Condition => sql`(${sql.join(conditions, sql` or `)})`

const inOrganisations = (ids: readonly OrganisationId[], orNone: boolean): Condition =>
  anyOf([
    ids.length === 1 ? sql`u.organisation_id = ${ids[0]}` : sql`u.organisation_id = any (${ids}::integer[])`,
    ...(orNone ? [sql<SqlBool>`u.organisation_id is null`] : []),
  ])

/** Has it three letters or digits in a row, as the index of those needs it? */
export const isLong = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text)

// Three letters or digits in a row are found by an index of those, and what has fewer by one of each character and each
// two, which many people have is looked for in everybody's text. In a text, a line end lies between name and address.
const containing = (text: string, search: Search): Condition => {
  if (search === 'walking')
    return sql`(strpos(lower(u.name), lower(${text})) > 0 or strpos(u.email, lower(${text})) > 0)`
  if (text.includes('\n')) return sql`false`
  if (isLong(text))
    return sql`u.id in (select s.user_id from user_searches s
      where s.text like '%' || lower(${text.replaceAll(/[\\%_]/g, '\\$&')}) || '%')`
  if (search === 'common') return sql`u.id in (select s.user_id from user_searches s where ${hasText(text)})`
  // An array is made once, by the index; a subquery might have characters taken apart for each person in reach.
  return sql`u.id = any (array(select s.user_id from user_searches s
    where characters_and_pairs(s.text) @> characters_and_pairs(lower(${text})) and ${hasText(text)}))`
}

/** Of the texts `s`: it stands somewhere in them. */
export const hasText = (text: string): Condition => sql`strpos(s.text, lower(${text})) > 0`

const invited = sql<SqlBool>`(u.invited_at is not null and u.invitation_accepted_at is null)`

/** As `userStatus` says: a suspension outranks an open invitation, and that a lock. */
const statusIs = (status: UserStatus, now: Date): Condition => {
  const locked = sql<SqlBool>`u.locked_at > ${lockOverIfBefore(now)}`
  const conditions = {
    suspended: sql<SqlBool>`u.suspended_at is not null`,
    invited: sql<SqlBool>`u.suspended_at is null and ${invited}`,
    locked: sql<SqlBool>`u.suspended_at is null and not ${invited} and ${locked}`,
    active: sql<SqlBool>`u.suspended_at is null and not ${invited} and (u.locked_at is null or not ${locked})`,
  } as const satisfies Record<UserStatus, Condition>
  return sql`(${conditions[status]})`
}

const twoStepConditions = {
  enabled: sql`u.has_second_factor`,
  exempted: sql`(not u.has_second_factor and u.exempt_until is not null)`,
  'not-set-up': sql`(not u.has_second_factor and u.exempt_until is null)`,
} as const satisfies Record<TwoStepStatus, Condition>

/** Of users `u`: they hold any of these permissions. */
export const holding = (permissions: readonly PermissionId[]): Condition =>
  permissions.length === 1
    ? sql`u.id in (select g.user_id from grants g where g.permission_id = ${permissions[0]})`
    : sql`u.id in (select g.user_id from grants g where g.permission_id = any (${permissions}::integer[]))`

/** When this day begins in the United Kingdom. */
export const midnight = (day: string) => sql<Date>`(${day}::date::timestamp at time zone 'Europe/London')`

const lastSignIn = sql`coalesce(u.last_signed_in_at, '-infinity'::timestamptz)`

// Whoever never signed in counts from the day on which the account was made.
export const dormantSince = (day: string): Condition =>
  sql`(${lastSignIn} < ${midnight(day)} and u.created_at < ${midnight(day)})`

/** An order in which people are listed. Its index holds the key and then the id. */
interface Order {
  readonly key: RawBuilder<unknown>
  /** The key as it stands in a place: text. */
  readonly written: RawBuilder<string>
  /** The key that was written in a place. */
  readonly read: (key: string) => RawBuilder<unknown>
  readonly isDescending: boolean
}

const signIn = {
  key: lastSignIn,
  written: sql<string>`case when u.last_signed_in_at is null then 'never'
    else (extract(epoch from u.last_signed_in_at) * 1000000)::bigint::text end`,
  read: (key: string) =>
    key === 'never'
      ? sql`'-infinity'::timestamptz`
      : sql`timestamptz 'epoch' + ${key}::bigint * interval '1 microsecond'`,
}

export const orders = {
  name: {
    key: sql`lower(u.name)`,
    written: sql<string>`lower(u.name)`,
    read: (key) => sql`${key}::text`,
    isDescending: false,
  },
  'newest-sign-in': { ...signIn, isDescending: true },
  'oldest-sign-in': { ...signIn, isDescending: false },
} as const satisfies Record<UserOrder, Order>

/** One way through an order: on, or back. */
export interface Way {
  readonly key: RawBuilder<unknown>
  /** `order by` of the key and the id; `key` and `id` may stand under these names. */
  sorting(key: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown>
  /** Behind the place on this way; nothing when it begins at an end. `key` and `id` may stand under these names. */
  beyond(key?: RawBuilder<unknown>, id?: RawBuilder<unknown>): Condition | undefined
}

export const wayThrough = (order: UserOrder, place: UserPlace | undefined): Way => {
  const { key, read, isDescending } = orders[order]
  const down = isDescending !== (place?.direction === 'before')
  const [comparison, word] = down ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`]
  return {
    key,
    sorting: (by, id) => sql`${by} ${word}, ${id} ${word}`,
    beyond: (by = key, id = sql`u.id`) =>
      place && sql`(${by}, ${id}) ${comparison} (${read(place.key)}, ${place.id}::integer)`,
  }
}
