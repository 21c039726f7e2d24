import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type ApplicationId, signinPermission } from '#domain/application.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, UserId, UserKind } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import type { IdRange } from './id-range.ts'

/** A user among many who are dealt with alike. */
export interface OneOfMany {
  readonly id: UserId
  readonly kind: UserKind
  readonly email: string
  readonly role: Role
}

/** Whom a run over many is about; what is missing lets everybody through. */
export interface Chosen {
  readonly kind?: UserKind
  readonly isSuspended?: boolean
  readonly roles?: readonly Role[]
  readonly organisation?: OrganisationId
  /** Belongs to another organisation than the one of this content id, or to none. */
  readonly outside?: string
  /** The normalised address ends with this text, in which no letter stands for others. */
  readonly emailEnding?: string
  /** Holds something on this application. */
  readonly holding?: ApplicationId
  /** May sign in to this application, or may not, as far as permissions go. */
  readonly withSignin?: ApplicationId
  readonly withoutSignin?: ApplicationId
  /** Holds a permission whose name matches this regular expression of PostgreSQL, whatever the case. */
  readonly holdingNamed?: string
  /** 2-step verification is not required of them by themselves, and they are not exempt from it. */
  readonly isNotAskedForTwoStep?: true
  /** Some application hears of changes to them, or this one does. */
  readonly hasListener?: true | ApplicationId
}

/** Users chosen by the thousand, to be dealt with one after another. They are sought by ranges of ids. */
export const manyUserStore = ({ db }: StoreContext) => ({
  /** The highest id that anybody has; 0 when there is nobody. */
  async lastId(): Promise<number> {
    const { rows } = await sql<{ last: number | null }>`select max(id) as last from users`.execute(db)
    return rows[0]?.last ?? 0
  },

  /** Those of a range of ids who are meant, in the order of their ids. */
  async within({ from, to }: IdRange, chosen: Chosen): Promise<readonly OneOfMany[]> {
    const { rows } = await sql<OneOfMany>`
      select u.id, u.kind, u.email, u.role from users u
      where u.id > ${from} and u.id <= ${to} and ${conditionOf(chosen)} order by u.id`.execute(db)
    return rows
  },

  /** How many there are. */
  async count(chosen: Chosen): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from users u where ${conditionOf(chosen)}`.execute(db)
    return rows[0]?.count ?? 0
  },
})

type Condition = RawBuilder<SqlBool>

const conditionOf = (chosen: Chosen): Condition => {
  const conditions = [
    chosen.kind && sql<SqlBool>`u.kind = ${chosen.kind}`,
    chosen.isSuspended !== undefined && sql<SqlBool>`(u.suspended_at is not null) = ${chosen.isSuspended}`,
    chosen.roles && sql<SqlBool>`u.role = any (${[...chosen.roles]}::text[])`,
    chosen.organisation !== undefined && sql<SqlBool>`u.organisation_id = ${chosen.organisation}`,
    chosen.outside !== undefined &&
      sql<SqlBool>`u.organisation_id is distinct from (select id from organisations where content_id = ${chosen.outside}::uuid)`,
    chosen.emailEnding !== undefined &&
      sql<SqlBool>`right(u.email, length(${chosen.emailEnding}::text)) = ${chosen.emailEnding}`,
    chosen.isNotAskedForTwoStep && sql<SqlBool>`not u.requires_two_step and u.exempt_reason is null`,
    ...grantConditions(chosen),
  ]
  const needed = conditions.filter((one) => one !== undefined && one !== false)
  return needed.length === 0 ? sql`true` : sql`(${sql.join(needed, sql` and `)})`
}

const grantConditions = (chosen: Chosen): readonly (Condition | false)[] => [
  chosen.holding !== undefined && holds(sql`g.application_id = ${chosen.holding}`),
  chosen.withSignin !== undefined && holds(signinOf(chosen.withSignin)),
  chosen.withoutSignin !== undefined && sql<SqlBool>`not ${holds(signinOf(chosen.withoutSignin))}`,
  chosen.holdingNamed !== undefined && holds(sql`p.name ~* ${chosen.holdingNamed}`),
  chosen.hasListener !== undefined && listenedTo(chosen.hasListener === true ? null : chosen.hasListener),
]

/** Holds such a permission `p`, by the grant `g`. */
const holds = (such: Condition): Condition => sql`exists (
  select from grants g join permissions p on p.id = g.permission_id where g.user_id = u.id and ${such})`

const signinOf = (application: ApplicationId): Condition =>
  sql`g.application_id = ${application} and p.name = ${signinPermission}`

/** As `listeners` of the grants says, of one application or of any. */
const listenedTo = (application: ApplicationId | null): Condition => sql`exists (
  select from applications a where a.retired_at is null and a.supports_push_updates
    and (${application}::integer is null or a.id = ${application})
    and (exists (select from grants g where g.user_id = u.id and g.application_id = a.id)
      or exists (select from user_applications v where v.user_id = u.id and v.application_id = a.id)))`
