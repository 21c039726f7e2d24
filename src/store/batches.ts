import { sql } from 'kysely'
import type { PermissionId } from '#domain/application.ts'
import type {
  BatchId,
  BatchRow,
  BatchState,
  FileEncoding,
  NamedOrganisation,
  RowOutcome,
} from '#domain/batch.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { UserId } from '#domain/user.ts'
import type { StoreContext } from './context.ts'

/** A batch of invitations, as far as work on it asks. */
export interface Batch {
  readonly id: BatchId
  /** Nobody, once that account is gone. */
  readonly createdBy: UserId | null
  readonly state: BatchState
  readonly encoding: FileEncoding
  readonly rowCount: number
  /** Of rows that name none. */
  readonly organisationId: OrganisationId | null
  /** Of everybody in it; else of those who have no organisation, and of those whose organisation asks. */
  readonly requiresTwoStep: boolean
}

export interface NewBatch {
  readonly createdBy: UserId
  readonly encoding: FileEncoding
  readonly rows: readonly (BatchRow & { readonly organisationId: OrganisationId | null })[]
}

/** A row whose turn has come. */
export interface WaitingRow {
  readonly number: number
  readonly name: string
  readonly email: string
  /** Its own, or else that of the batch. */
  readonly organisationId: OrganisationId | null
  readonly isOrganisationClosed: boolean
  /** The address belongs to somebody already. */
  readonly isTaken: boolean
}

/** What became of a row. */
export interface SettledRow {
  readonly number: number
  readonly outcome: RowOutcome
  /** Of a failure only: for whoever looks at the batch. */
  readonly reason: string | null
}

/** What the people of a batch are given. */
export interface BatchStart {
  readonly organisationId: OrganisationId | null
  readonly requiresTwoStep: boolean
  readonly permissions: readonly PermissionId[]
}

/** Batches of invitations and their rows: made, begun, worked through. What pages show of them is `batchList`. */
export const batchStore = ({ db, now }: StoreContext) => ({
  /** The organisations that these slugs name. */
  async organisationsNamed(slugs: readonly string[]): Promise<ReadonlyMap<string, NamedOrganisation>> {
    const { rows } = await sql<NamedOrganisation & { slug: string }>`
      select slug, id, is_closed as "isClosed" from organisations where slug = any (${[...slugs]}::text[])`.execute(
      db,
    )
    return new Map(rows.map(({ slug, ...organisation }) => [slug, organisation]))
  },

  /** Keeps a batch that is not sent yet. */
  async add({ createdBy, encoding, rows }: NewBatch): Promise<BatchId> {
    const batch = await db
      .insertInto('batches')
      .values({ created_by: createdBy, state: 'draft', encoding, row_count: rows.length, created_at: now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    await sql`
      insert into batch_rows (batch_id, number, name, email, organisation_id)
      select ${batch.id}, row.* from unnest(
        ${rows.map((row) => row.number)}::integer[], ${rows.map((row) => row.name)}::text[],
        ${rows.map((row) => row.email)}::text[], ${rows.map((row) => row.organisationId)}::integer[]) as row`.execute(
      db,
    )
    return batch.id as BatchId
  },

  /** Forgets batches that were read before then and never sent. */
  async forgetDrafts(readBefore: Date): Promise<void> {
    await db.deleteFrom('batches').where('state', '=', 'draft').where('created_at', '<', readBefore).execute()
  },

  /** The batch, held until the transaction ends: two never work on one at the same time. */
  async lock(id: BatchId): Promise<Batch | undefined> {
    const row = await db
      .selectFrom('batches')
      .selectAll()
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst()
    return (
      row && {
        id,
        createdBy: row.created_by as UserId | null,
        state: row.state as BatchState,
        encoding: row.encoding as FileEncoding,
        rowCount: row.row_count,
        organisationId: row.organisation_id as OrganisationId | null,
        requiresTwoStep: row.requires_two_step,
      }
    )
  },

  /** A batch that was read begins, with what its people are given. */
  async start(id: BatchId, { organisationId, requiresTwoStep, permissions }: BatchStart): Promise<void> {
    await db
      .updateTable('batches')
      .set({
        state: 'running',
        organisation_id: organisationId,
        requires_two_step: requiresTwoStep,
        started_at: now(),
      })
      .where('id', '=', id)
      .execute()
    await sql`
      insert into batch_permissions (batch_id, application_id, permission_id)
      select ${id}, application_id, id from permissions where id = any (${[...permissions]}::integer[])`.execute(
      db,
    )
  },

  /** What the people of the batch are given. */
  async permissions(id: BatchId): Promise<readonly PermissionId[]> {
    const rows = await db
      .selectFrom('batch_permissions')
      .select('permission_id')
      .where('batch_id', '=', id)
      .execute()
    return rows.map((row) => row.permission_id as PermissionId)
  },

  /** A batch that has ended goes on with the rows that failed and those that are left; the answer is how many. */
  async startAgain(id: BatchId): Promise<number> {
    await sql`update batch_rows set outcome = null, reason = null where batch_id = ${id} and outcome = 'failed'`.execute(
      db,
    )
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from batch_rows where batch_id = ${id} and outcome is null`.execute(
      db,
    )
    const count = rows[0]?.count ?? 0
    if (count > 0)
      await db.updateTable('batches').set({ state: 'running', ended_at: null }).where('id', '=', id).execute()
    return count
  },

  /** The rows whose turn is next, in the order of their addresses. */
  async waiting(id: BatchId, limit: number): Promise<readonly WaitingRow[]> {
    const { rows } = await sql<WaitingRow>`
      select r.number, r.name, r.email, o.id as "organisationId", coalesce(o.is_closed, false) as "isOrganisationClosed",
        exists (select from users u where u.email = r.email) as "isTaken"
      from batch_rows r
      join batches b on b.id = r.batch_id
      left join organisations o on o.id = coalesce(r.organisation_id, b.organisation_id)
      where r.batch_id = ${id} and r.outcome is null
      order by r.email limit ${limit}`.execute(db)
    return rows
  },

  /** Writes down what became of these rows. */
  async settle(id: BatchId, settled: readonly SettledRow[]): Promise<void> {
    await sql`
      update batch_rows r set outcome = s.outcome, reason = s.reason
      from unnest(${settled.map((row) => row.number)}::integer[], ${settled.map((row) => row.outcome)}::text[],
        ${settled.map((row) => row.reason)}::text[]) as s (number, outcome, reason)
      where r.batch_id = ${id} and r.number = s.number and r.outcome is null`.execute(db)
  },

  /** Nothing is left to do, or nothing more may be done. */
  async end(id: BatchId, state: 'done' | 'stopped'): Promise<void> {
    await db.updateTable('batches').set({ state, ended_at: now() }).where('id', '=', id).execute()
  },

  /** Does this as if by itself: what it throws undoes it and nothing before it. */
  async apart(working: () => Promise<void>): Promise<void> {
    await sql`savepoint one_row`.execute(db)
    try {
      await working()
    } catch (error) {
      await sql`rollback to savepoint one_row`.execute(db)
      throw error
    }
    await sql`release savepoint one_row`.execute(db)
  },
})
