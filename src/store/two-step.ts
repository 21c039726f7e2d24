import { sql } from 'kysely'
import type { Exemption, TwoStepFacts } from '#domain/two-step.ts'
import type { Role, UserId, UserUid } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** How somebody stands with 2-step verification. */
export interface TwoStepState extends TwoStepFacts {
  readonly hasSecondFactor: boolean
  readonly exemption: Exemption | null
}

/** Whose exemption it is, and until when. */
export interface EndingExemption {
  readonly id: UserId
  readonly uid: UserUid
  /** YYYY-MM-DD. */
  readonly until: string
}

/** Of the person `u`: `mustUseTwoStep` of the domain, where a statement needs the answer. */
export const mustUseTwoStepSql = `(u.role <> 'normal' or u.requires_two_step
       or (u.exempt_reason is null
         and coalesce((select o.require_two_step from organisations o where o.id = u.organisation_id), false)))`

/** Who must use 2-step verification, and who is exempt from it. */
export const twoStepStore = ({ db, now }: StoreContext) => ({
  async find(user: UserId): Promise<TwoStepState> {
    const { rows } = await sql<StateRow>`
      select u.role, u.requires_two_step, u.has_second_factor, u.exempt_reason, u.exempt_until::text,
        coalesce(o.require_two_step, false) as organisation_requires
      from users u left join organisations o on o.id = u.organisation_id where u.id = ${user}`.execute(db)
    const [row] = rows
    if (!row) throw new Error(`No user ${user}`)
    return stateOf(row)
  },

  /** Requires it of the person, whatever else holds; an exemption ends. */
  async require(user: UserId): Promise<void> {
    await db
      .updateTable('users')
      .set({ requires_two_step: true, ...noExemption, updated_at: now() })
      .where('id', '=', user)
      .execute()
  },

  /** Exempts the person until a day begins; `by` granted it. */
  async exempt(user: UserId, { reason, until }: Exemption, by: UserId | null): Promise<void> {
    await sql`update users set requires_two_step = false, exempt_reason = ${reason}, exempt_until = ${until}::date,
        exempt_by = ${by}, updated_at = ${now()} where id = ${user}`.execute(db)
  },

  /**
   * Ends an exemption, or only one whose day has come by `today` (YYYY-MM-DD): the person must use 2-step verification.
   * `false` when there is none such.
   */
  async endExemption(user: UserId, today?: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ requires_two_step: true, ...noExemption, updated_at: now() })
      .where('id', '=', user)
      .where('exempt_until', 'is not', null)
      .$if(today !== undefined, (query) => query.where(sql<boolean>`exempt_until <= ${today}::date`))
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  },

  /** Lifts the exemption of somebody who uses 2-step verification by themselves; `false` when there was none. */
  async liftExemption(user: UserId): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set({ ...noExemption, updated_at: now() })
      .where('id', '=', user)
      .where('exempt_reason', 'is not', null)
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  },

  /** Exemptions that end on this day (YYYY-MM-DD) or ended before it. */
  async exemptionsUntil(day: string): Promise<readonly EndingExemption[]> {
    const { rows } = await sql<EndingExemption>`
      select id, uid, exempt_until::text as until from users
      where exempt_until <= ${day}::date order by id`.execute(db)
    return rows
  },

  /** Who granted the exemption, and where they are reached; nothing when an operator did, or somebody who has gone. */
  async grantedBy(user: UserId): Promise<{ readonly name: string; readonly email: string } | undefined> {
    const { rows } = await sql<{ name: string; email: string }>`
      select by.name, by.email from users u join users by on by.id = u.exempt_by and by.suspended_at is null
      where u.id = ${user}`.execute(db)
    return rows[0]
  },
})

const noExemption = { exempt_reason: null, exempt_until: null, exempt_by: null } as const

interface StateRow {
  readonly role: Role
  readonly requires_two_step: boolean
  readonly has_second_factor: boolean
  readonly exempt_reason: string | null
  readonly exempt_until: string | null
  readonly organisation_requires: boolean
}

const stateOf = (row: StateRow): TwoStepState => {
  const { exempt_reason: reason, exempt_until: until } = row
  return {
    role: row.role,
    isRequired: row.requires_two_step,
    isRequiredByOrganisation: row.organisation_requires,
    isExempt: reason !== null,
    hasSecondFactor: row.has_second_factor,
    exemption: reason === null || until === null ? null : { reason, until },
  }
}
