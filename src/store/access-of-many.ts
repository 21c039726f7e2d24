import { sql } from 'kysely'
import type { AccessChangeId, AccessOfMany } from '#domain/access-of-many.ts'
import type { Subject } from '#domain/administration.policy.ts'
import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'
import type { Permission } from './grants.ts'

/** Somebody whose access may be changed, as far as that decides who may do it. */
export interface Candidate extends Subject {
  readonly name: string
  readonly email: string
  readonly organisationId: OrganisationId | null
}

export type MemberOutcome = 'changed' | 'unchanged' | 'failed'

/** One user of a change, and what became of them; nothing while their turn has not come. */
export interface Member {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly outcome: MemberOutcome | null
  readonly detail: string | null
}

/** How many users a change is about, and how many of them have had their turn. */
export interface AccessOfManyProgress {
  readonly all: number
  readonly changed: number
  readonly unchanged: number
  readonly failed: number
}

/** How many users a change would change, and how many it leaves as they are because they have no access. */
export interface AccessOfManyPreview {
  readonly changed: number
  readonly withoutAccess: number
}

/** Changes of many users' access to one application. */
export const accessOfManyStore = ({ db, now }: StoreContext) => ({
  /** Those of the people named, by id or by normalised address, who are there. */
  async candidates(ids: readonly UserId[], emails: readonly string[]): Promise<readonly Candidate[]> {
    const { rows } = await sql<Candidate>`
      select id, name, email, kind, role, organisation_id as "organisationId" from users
      where kind = 'person' and (id = any (${[...ids]}::integer[]) or email = any (${[...emails]}::text[])) order by id`.execute(
      db,
    )
    return rows
  },

  /** Prepares a change of these users' access; nothing is changed yet. */
  async prepare(
    begun: { readonly by: UserId; readonly application: ApplicationId; readonly isGiving: boolean },
    users: readonly UserId[],
  ): Promise<AccessChangeId> {
    const { rows } = await sql<{ id: AccessChangeId }>`
      with change as (
        insert into access_changes (begun_by, application_id, is_giving, created_at)
        values (${begun.by}, ${begun.application}, ${begun.isGiving}, ${now()}) returning id
      ), members as (
        insert into access_change_members (change_id, user_id) select change.id, unnest(${[...users]}::integer[]) from change
      )
      select id from change`.execute(db)
    const [row] = rows
    if (!row) throw new Error('A change of access was not inserted')
    return row.id
  },

  /** Forgets changes that were prepared before then and never started. */
  async forgetDrafts(preparedBefore: Date): Promise<void> {
    await db
      .deleteFrom('access_changes')
      .where('started_at', 'is', null)
      .where('created_at', '<', preparedBefore)
      .execute()
  },

  async seek(id: AccessChangeId): Promise<AccessOfMany | undefined> {
    const { rows } = await sql<AccessOfMany>`
      select c.id, c.begun_by as "begunBy", json_build_object('id', a.id, 'name', a.name) as application, c.is_giving as "isGiving",
        c.permission_ids as permissions, c.started_at as "startedAt", c.ended_at as "endedAt", c.stopped_because as "stoppedBecause"
      from access_changes c join applications a on a.id = c.application_id where c.id = ${id}`.execute(db)
    return rows[0]
  },

  /** What these permissions would do to these users. Whoever has no access, and is not given it, is given nothing. */
  async wouldChange(
    { application, isGiving }: AccessOfMany,
    permissions: readonly Permission[],
    users: readonly UserId[],
  ): Promise<AccessOfManyPreview> {
    const needsAccess = isGiving && !permissions.some(({ isSignin }) => isSignin)
    const { rows } = await sql<AccessOfManyPreview>`
      select count(*) filter (where "lacksAccess")::integer as "withoutAccess",
        count(*) filter (where not "lacksAccess"
          and case when ${isGiving} then held < ${permissions.length} else held > 0 end)::integer as changed
      from (select count(*) filter (where p.id = any (${permissions.map(({ id }) => id)}::integer[])) as held,
          ${needsAccess} and not coalesce(bool_or(p.name = ${signinPermission}), false) as "lacksAccess"
        from unnest(${[...users]}::integer[]) as member (id)
        left join grants g on g.user_id = member.id and g.application_id = ${application.id}
        left join permissions p on p.id = g.permission_id
        group by member.id) members`.execute(db)
    return rows[0] ?? { changed: 0, withoutAccess: 0 }
  },

  /** Starts a change with what is to be given or taken; `false` when it was started before. */
  async start(id: AccessChangeId, permissions: readonly PermissionId[]): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('access_changes')
      .set({ started_at: now(), permission_ids: [...permissions] })
      .where('id', '=', id)
      .where('started_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },

  /** A user whose turn has not come, held until the transaction ends; nobody whom another process holds. */
  async takeNext(id: AccessChangeId): Promise<{ readonly user: UserId } | undefined> {
    const row = await db
      .selectFrom('access_change_members')
      .select('user_id')
      .where('change_id', '=', id)
      .where('outcome', 'is', null)
      .orderBy('user_id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    return row && { user: row.user_id as UserId }
  },

  async note(id: AccessChangeId, user: UserId, outcome: MemberOutcome, detail?: string): Promise<void> {
    await db
      .updateTable('access_change_members')
      .set({ outcome, detail: detail ?? null })
      .where('change_id', '=', id)
      .where('user_id', '=', user)
      .where('outcome', 'is', null)
      .execute()
  },

  /** Ends a change when everybody has had their turn, or at once when it must stop, and says why. */
  async end(id: AccessChangeId, stoppedBecause?: string): Promise<void> {
    await sql`update access_changes set ended_at = ${now()}, stopped_because = ${stoppedBecause ?? null}
      where id = ${id} and ended_at is null and (${stoppedBecause !== undefined}
        or not exists (select from access_change_members m where m.change_id = ${id} and m.outcome is null))`.execute(
      db,
    )
  },

  async progress(id: AccessChangeId): Promise<AccessOfManyProgress> {
    const { rows } = await sql<AccessOfManyProgress>`
      select count(*)::integer as all, count(*) filter (where outcome = 'changed')::integer as changed,
        count(*) filter (where outcome = 'unchanged')::integer as unchanged,
        count(*) filter (where outcome = 'failed')::integer as failed
      from access_change_members where change_id = ${id}`.execute(db)
    return rows[0] ?? { all: 0, changed: 0, unchanged: 0, failed: 0 }
  },

  /** Its users after this one, in the order of their ids; only those with this outcome when given. */
  async members(
    id: AccessChangeId,
    { after, outcome, limit }: { after: UserId; outcome?: MemberOutcome | undefined; limit: number },
  ): Promise<readonly Member[]> {
    const { rows } = await sql<Member>`
      select u.id, u.name, u.email, m.outcome, m.detail from access_change_members m join users u on u.id = m.user_id
      where m.change_id = ${id} and m.user_id > ${after} and (${outcome ?? null}::text is null or m.outcome = ${outcome ?? null})
      order by m.user_id limit ${limit}`.execute(db)
    return rows
  },
})
