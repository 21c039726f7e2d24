import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type MassReset, type MassResetId, mailsFromThenOn, type ResetChoice } from '#domain/mass-reset.ts'
import type { UserId } from '#domain/user.ts'
import { organisationsBelow } from './administrators.ts'
import type { StoreContext } from './context.ts'
import { never } from './sign-in-states.ts'
import { midnight } from './user-list.sql.ts'

/** Whoever prepares a reset. */
export type ResetBeginner = { readonly id: UserId } | { readonly operator: string }

export type ResetOutcome = 'reset' | 'unchanged' | 'failed'

/** One person of a reset, and what became of them; nothing while their turn has not come. */
export interface ResetMember {
  readonly id: UserId
  readonly place: number
  readonly name: string
  readonly email: string
  readonly outcome: ResetOutcome | null
  readonly detail: string | null
}

/** Whose turn it is; and who went on with the reset last, and from when its mails are counted since, if somebody did. */
export interface ResetTurn {
  readonly user: UserId
  readonly place: number
  readonly continuedBy: UserId | null
  readonly mailsFrom: Date | null
}

/** How many people a reset is about, and how many of them have had their turn. */
export interface ResetProgress {
  readonly all: number
  readonly reset: number
  readonly unchanged: number
  readonly failed: number
}

/** Resets of many passwords. Only people who have a password are in one, and nobody who is suspended. */
export const massResetStore = ({ db, now }: StoreContext) => ({
  /** How many people are meant, and the first of them. */
  async foresee(
    choice: ResetChoice,
    spared: UserId | undefined,
    limit: number,
  ): Promise<{
    readonly all: number
    readonly first: readonly { readonly name: string; readonly email: string }[]
  }> {
    const meant = meantBy(choice, spared)
    const counted = await sql<{
      count: number
    }>`select count(*)::integer as count from users u where ${meant}`.execute(db)
    const first = await sql<{ name: string; email: string }>`
      select u.name, u.email from users u where ${meant} order by u.id limit ${limit}`.execute(db)
    return { all: counted.rows[0]?.count ?? 0, first: first.rows }
  },

  /** Notes who is meant; nothing is reset yet. */
  async prepare(
    by: ResetBeginner,
    selection: string,
    choice: ResetChoice,
    spared: UserId | undefined,
  ): Promise<MassResetId> {
    const [id, operator] = 'id' in by ? [by.id, null] : [null, by.operator]
    const { rows } = await sql<{ id: MassResetId }>`
      with reset as (
        insert into mass_resets (begun_by, operator, selection, created_at)
        values (${id}, ${operator}, ${selection}, ${now()}) returning id
      ), members as (
        insert into mass_reset_members (reset_id, user_id, place)
        select reset.id, u.id, row_number() over (order by u.id) - 1 from reset, users u where ${meantBy(choice, spared)}
      )
      select id from reset`.execute(db)
    const [row] = rows
    if (!row) throw new Error('A reset of passwords was not inserted')
    return row.id
  },

  async seek(id: MassResetId): Promise<MassReset | undefined> {
    const { rows } = await sql<MassReset>`${resets} where id = ${id}`.execute(db)
    return rows[0]
  },

  /** Those that have started, the newest first. */
  async latest(limit: number): Promise<readonly MassReset[]> {
    const { rows } = await sql<MassReset>`
      ${resets} where started_at is not null order by id desc limit ${limit}`.execute(db)
    return rows
  },

  /** Starts what was prepared; `false` when it was started before. */
  async start(id: MassResetId, reason: string, endsAuthorizations: boolean): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('mass_resets')
      .set({ started_at: now(), reason, ends_authorizations: endsAuthorizations })
      .where('id', '=', id)
      .where('started_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  /** Somebody whose turn has not come, held until the transaction ends; nobody whom another process holds. */
  async takeNext(id: MassResetId): Promise<ResetTurn | undefined> {
    const { rows } = await sql<ResetTurn>`
      select m.user_id as user, m.place, r.continued_by as "continuedBy", r.mails_from as "mailsFrom"
      from mass_reset_members m join mass_resets r on r.id = m.reset_id
      where m.reset_id = ${id} and m.outcome is null order by m.place limit 1 for update of m skip locked`.execute(
      db,
    )
    return rows[0]
  },

  async note(id: MassResetId, user: UserId, outcome: ResetOutcome, detail?: string): Promise<void> {
    await db
      .updateTable('mass_reset_members')
      .set({ outcome, detail: detail ?? null })
      .where('reset_id', '=', id)
      .where('user_id', '=', user)
      .where('outcome', 'is', null)
      .execute()
  },

  /** Ends a reset when everybody has had their turn, or at once when it must stop, and says why. */
  async end(id: MassResetId, stoppedBecause?: string): Promise<void> {
    await sql`update mass_resets set ended_at = ${now()}, stopped_because = ${stoppedBecause ?? null}
      where id = ${id} and ended_at is null and (${stoppedBecause !== undefined}
        or not exists (select from mass_reset_members m where m.reset_id = ${id} and m.outcome is null))`.execute(
      db,
    )
  },

  /**
   * Goes on with a reset that has ended, under the name of this person: those who failed have another turn, and those
   * whose turn never came have theirs. The answer is how many; none when it has not ended, or nobody is left.
   */
  async goOn(id: MassResetId, by: UserId): Promise<number> {
    // Held first: of two who come at once, the second then sees that it has not ended any more.
    const ended = await sql<{ mailsFrom: Date }>`
      select coalesce(mails_from, started_at) as "mailsFrom" from mass_resets
      where id = ${id} and ended_at is not null for no key update`.execute(db)
    const [reset] = ended.rows
    if (!reset) return 0
    await sql`update mass_reset_members set outcome = null, detail = null
      where reset_id = ${id} and outcome = 'failed'`.execute(db)
    const { rows } = await sql<{ count: number; place: number | null }>`
      select count(*)::integer as count, min(place) as place from mass_reset_members
      where reset_id = ${id} and outcome is null`.execute(db)
    const { count = 0, place = null } = rows[0] ?? {}
    if (place === null) return 0
    const mailsFrom = mailsFromThenOn(now(), place, reset.mailsFrom)
    await db
      .updateTable('mass_resets')
      .set({ ended_at: null, stopped_because: null, continued_by: by, mails_from: mailsFrom })
      .where('id', '=', id)
      .execute()
    return count
  },

  async progress(id: MassResetId): Promise<ResetProgress> {
    const { rows } = await sql<ResetProgress>`
      select count(*)::integer as all, count(*) filter (where outcome = 'reset')::integer as reset,
        count(*) filter (where outcome = 'unchanged')::integer as unchanged,
        count(*) filter (where outcome = 'failed')::integer as failed
      from mass_reset_members where reset_id = ${id}`.execute(db)
    return rows[0] ?? { all: 0, reset: 0, unchanged: 0, failed: 0 }
  },

  /** Its people after this place in the line; only those with this outcome when given. */
  async members(
    id: MassResetId,
    { after, outcome, limit }: { after: number; outcome?: ResetOutcome | undefined; limit: number },
  ): Promise<readonly ResetMember[]> {
    const { rows } = await sql<ResetMember>`
      select u.id, m.place, u.name, u.email, m.outcome, m.detail from mass_reset_members m join users u on u.id = m.user_id
      where m.reset_id = ${id} and m.place > ${after} and (${outcome ?? null}::text is null or m.outcome = ${outcome ?? null})
      order by m.place limit ${limit}`.execute(db)
    return rows
  },
})

const resets = sql`
  select id, begun_by as "begunBy", operator, selection, reason, ends_authorizations as "endsAuthorizations",
    started_at as "startedAt", ended_at as "endedAt", stopped_because as "stoppedBecause" from mass_resets`

/** Of users `u`. */
const meantBy = (
  { roles, organisation, withBelow, since, before }: ResetChoice,
  spared: UserId | undefined,
): RawBuilder<SqlBool> => {
  const conditions = [
    sql<SqlBool>`u.kind = 'person' and u.suspended_at is null and u.password_hash is not null`,
    roles.length > 0 && sql<SqlBool>`u.role = any (${[...roles]}::text[])`,
    organisation !== null &&
      (withBelow
        ? sql<SqlBool>`u.organisation_id in (${organisationsBelow(organisation)})`
        : sql<SqlBool>`u.organisation_id = ${organisation}`),
    since !== undefined && signedIn(sql`>= ${midnight(since)}`),
    before !== undefined && signedIn(sql`< ${midnight(before)}`),
    spared !== undefined && sql<SqlBool>`u.id <> ${spared}`,
  ]
  return sql`(${sql.join(
    conditions.filter((one) => one !== false),
    sql` and `,
  )})`
}

/** Of users `u`: their last sign-in compares so. Whoever has never signed in is meant by neither end. */
const signedIn = (compared: RawBuilder<unknown>): RawBuilder<SqlBool> =>
  sql`u.id in (select s.user_id from sign_in_states s
    where s.last_signed_in_at > ${never} and s.last_signed_in_at ${compared})`
