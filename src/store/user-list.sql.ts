import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PermissionId } from '#domain/application.ts'
import { lockOverIfBefore } from '#domain/lockout.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, UserStatus } from '#domain/user.ts'
import type { TwoStepStatus, UserFilter, UserOrder } from '#domain/user-filter.ts'
import { never } from './sign-in-states.ts'

export type Condition = RawBuilder<SqlBool>

/** Whom an administrator sees: people of these roles, of these organisations or of any and of none. */
export interface Reach {
  readonly roles: readonly Role[] | 'all'
  readonly organisations: readonly OrganisationId[] | 'all'
}

/** What conditions need to know of people. What they ask of the account itself they ask of `u`, of sign-ins of `s`. */
export interface Known {
  readonly role: RawBuilder<unknown>
  readonly organisation: RawBuilder<unknown>
  /** Holds for every one of them. */
  readonly always: Condition
  /** They hold any of these permissions. */
  holding(permissions: readonly PermissionId[]): Condition
  /** The text stands somewhere in their name or address. */
  containing(text: string): Condition
}

/** How people are found: by their accounts, or by the texts that they are searched by. */
export interface Finding extends Known {
  /** What to select from. The account is `u`, its sign-ins are `s`; either is skipped where no condition asks for it. */
  readonly from: RawBuilder<unknown>
  readonly id: RawBuilder<unknown>
  /** In lower case. */
  readonly name: RawBuilder<unknown>
}

const heldBy = (permissions: readonly PermissionId[]): Condition =>
  permissions.length === 1
    ? sql`g.permission_id = ${permissions[0]}`
    : sql`g.permission_id = any (${permissions}::integer[])`

/** Those who hold any of these permissions. */
export const holders = (permissions: readonly PermissionId[]) =>
  sql`select g.user_id from grants g where ${heldBy(permissions)}`

/** Those who hold it are looked up together. */
const amongHolders =
  (id: RawBuilder<unknown>) =>
  (permissions: readonly PermissionId[]): Condition =>
    sql`${id} in (${holders(permissions)})`

/** All of them are read, once: what is said of the answer keeps the planner from a join, which would mix up their order. */
const oneOfHolders = (permissions: readonly PermissionId[]): Condition =>
  sql`(n.user_id in (${holders(permissions)})) is true`

/** It is looked up for each person by itself: the offset keeps the planner from mixing up their order. */
const eachHolding = (permissions: readonly PermissionId[]): Condition =>
  sql`exists (select from grants g where g.user_id = n.user_id and ${heldBy(permissions)} offset 0)`

const inAccount = (text: string): Condition =>
  sql`(strpos(lower(u.name), lower(${text})) > 0 or strpos(u.email, lower(${text})) > 0)`

// Between a name and an address lies a line end, which nobody has in either.
const inText = (searched: RawBuilder<unknown>, text: string): Condition =>
  text.includes('\n') ? sql`false` : sql`strpos(${searched}, lower(${text})) > 0`

const signInsOf = (id: RawBuilder<unknown>) => sql`left join sign_in_states s on s.user_id = ${id}`

export const byAccount: Finding = {
  from: sql`users u ${signInsOf(sql`u.id`)}`,
  id: sql`u.id`,
  name: sql`lower(u.name)`,
  role: sql`u.role`,
  organisation: sql`u.organisation_id`,
  always: sql`u.kind = 'person'`,
  holding: amongHolders(sql`u.id`),
  containing: inAccount,
}

const bySearched = (from: RawBuilder<unknown>): Finding => ({
  from: sql`${from} t left join users u on u.id = t.user_id ${signInsOf(sql`t.user_id`)}`,
  id: sql`t.user_id`,
  name: sql`t.name`,
  role: sql`t.role`,
  organisation: sql`t.organisation_id`,
  always: sql`true`,
  holding: amongHolders(sql`t.user_id`),
  containing: (text) => inText(sql`t.text`, text),
})

/** By their texts, roles and organisations, which lie beside the accounts. */
export const bySearches: Finding = bySearched(sql`user_searches`)

/** Those whom an index of texts has for this one, `within` some organisations of `t`. */
export const byText = (text: string, within?: Condition): Finding => ({
  ...bySearched(textsWith(text, within)),
  containing: () => sql`true`,
})

const textOfNext = sql`(select t.text from user_searches t where t.user_id = n.user_id)`

/**
 * One after another, in an index `n` that has people in this order, and what is asked of them most often. Few holders of a
 * permission are read at once, and each who is walked past is looked up among them.
 */
export const inOrder = (order: UserOrder, areHoldersFew: boolean): Known => ({
  role: sql`n.role`,
  organisation: sql`n.organisation_id`,
  always: sql`true`,
  holding: areHoldersFew ? oneOfHolders : eachHolding,
  containing: (text) => inText(order === 'name' ? sql`n.text` : textOfNext, text),
})

/** The index knows exactly who has it: a character, or two. In lower case some characters are two. */
const isOneOrPair = (text: string): boolean => [...text].length <= 2 && [...text.toLowerCase()].length <= 2

// Three letters or digits in a row are found by an index of those, and what has fewer by one of each character and each
// two. The offset keeps the planner from taking each text apart of those whom another index finds. Of which organisations
// they are stands within it: what both indexes have in common is read, and nothing else.
const textsWith = (text: string, within: Condition = sql`true`): RawBuilder<unknown> => {
  if (text.includes('\n')) return sql`(select * from user_searches where false)`
  if (isLong(text)) {
    const pattern = text.replaceAll(/[\\%_]/g, '\\$&')
    return sql`(select * from user_searches where text like '%' || lower(${pattern}) || '%')`
  }
  return sql`(select * from user_searches t
    where characters_and_pairs(t.text) @> pairs_or_character(lower(${text}))
      and ${isOneOrPair(text) ? sql`true` : inText(sql`t.text`, text)} and ${within}
    offset 0)`
}

/**
 * Of those who are known so: within reach, and let through by the filter but for its text. `permissions` are those of the
 * filter that there are.
 */
export const conditionsOf = (
  { role, organisation, always, holding }: Known,
  reach: Reach,
  filter: UserFilter,
  permissions: readonly PermissionId[],
  now: Date,
): Condition =>
  allOf([
    always,
    reach.roles !== 'all' && sql`${role} = any (${reach.roles})`,
    ofOrganisations(organisation, reach, filter),
    filter.statuses.length > 0 && anyOf(filter.statuses.map((status) => statusIs(status, now))),
    filter.twoStep.length > 0 && anyOf(filter.twoStep.map((status) => twoStepConditions[status])),
    filter.roles.length > 0 && sql`${role} = any (${filter.roles})`,
    filter.permissions.length > 0 && holding(permissions),
    filter.dormantSince !== undefined && dormantSince(filter.dormantSince),
    filter.invitedSince !== undefined && sql`u.invited_at >= ${midnight(filter.invitedSince)}`,
    filter.exemptionEndsBy !== undefined && sql`u.exempt_until <= ${filter.exemptionEndsBy}::date`,
  ])

/** Of which organisations people are: of those within reach, and of those that are asked for. Nothing where it may be any. */
export const ofOrganisations = (
  organisation: RawBuilder<unknown>,
  reach: Reach,
  { organisations, withoutOrganisation }: UserFilter,
): Condition | undefined => {
  const reached = reach.organisations !== 'all' && inOrganisations(organisation, reach.organisations, false)
  const asked =
    (organisations.length > 0 || withoutOrganisation) &&
    inOrganisations(organisation, organisations, withoutOrganisation)
  return reached || asked ? allOf([reached, asked]) : undefined
}

export const allOf = (conditions: readonly (Condition | false | undefined)[]): Condition => {
  const all = conditions.filter((one) => one !== false && one !== undefined)
  return all.length === 0 ? sql`true` : sql`(${sql.join(all, sql` and `)})`
}

/** Whom somebody asks for, of those who are known so: what is asked of everything else, and the text, if there is one. */
export const matching = (
  known: Known,
  { among, text }: { readonly among: (known: Known) => Condition; readonly text: string },
): Condition => allOf([among(known), text !== '' && known.containing(text)])

const anyOf = (conditions: readonly Condition[]): Condition => sql`(${sql.join(conditions, sql` or `)})`

const inOrganisations = (
  organisation: RawBuilder<unknown>,
  ids: readonly OrganisationId[],
  orNone: boolean,
): Condition =>
  anyOf([
    ids.length === 1 ? sql`${organisation} = ${ids[0]}` : sql`${organisation} = any (${ids}::integer[])`,
    ...(orNone ? [sql<SqlBool>`${organisation} is null`] : []),
  ])

/** Has it three letters or digits in a row, as the index of those needs it? */
export const isLong = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text)

const invited = sql<SqlBool>`(u.invited_at is not null and u.invitation_accepted_at is null)`

/** As `userStatus` says: a suspension outranks an open invitation, and that a lock. */
const statusIs = (status: UserStatus, now: Date): Condition => {
  // The locked are few, and looked up together.
  const locked = sql<SqlBool>`u.id in (select user_id from sign_in_states where locked_at > ${lockOverIfBefore(now)})`
  const conditions = {
    suspended: sql<SqlBool>`u.suspended_at is not null`,
    invited: sql<SqlBool>`u.suspended_at is null and ${invited}`,
    locked: sql<SqlBool>`u.suspended_at is null and not ${invited} and ${locked}`,
    active: sql<SqlBool>`u.suspended_at is null and not ${invited} and not ${locked}`,
  } as const satisfies Record<UserStatus, Condition>
  return sql`(${conditions[status]})`
}

const twoStepConditions = {
  enabled: sql`u.has_second_factor`,
  exempted: sql`(not u.has_second_factor and u.exempt_until is not null)`,
  'not-set-up': sql`(not u.has_second_factor and u.exempt_until is null)`,
} as const satisfies Record<TwoStepStatus, Condition>

/** When this day begins in the United Kingdom. */
export const midnight = (day: string) => sql<Date>`(${day}::date::timestamp at time zone 'Europe/London')`

/**
 * Which last sign-ins `n` those have whom the filter lets through, where it says something of them. Whoever was invited
 * and has not accepted has never signed in; nothing is earlier than that, but where it is equal, the planner takes it for
 * no order any more.
 */
export const signedIn = ({ statuses, dormantSince }: UserFilter): Condition | undefined => {
  if (statuses.length === 1 && statuses[0] === 'invited') return sql`n.last_signed_in_at <= ${never}`
  return dormantSince === undefined ? undefined : sql`n.last_signed_in_at < ${midnight(dormantSince)}`
}

// Whoever never signed in counts from the day on which the account was made.
const dormantSince = (day: string): Condition =>
  sql`(s.last_signed_in_at < ${midnight(day)} and u.created_at < ${midnight(day)})`
