import { sql } from 'kysely'
import type { BatchId, BatchState, FileEncoding, RowOutcome } from '#domain/batch.ts'
import type { UserId } from '#domain/user.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A batch as lists and its own page show it. */
export interface ListedBatch {
  readonly id: BatchId
  readonly state: BatchState
  readonly encoding: FileEncoding
  readonly createdBy: UserId | null
  /** Name of the account that it was uploaded with; nothing when that is gone. */
  readonly creator: string | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly users: number
  readonly invited: number
  readonly skipped: number
  readonly failed: number
}

/** A row as its batch’s page shows it. */
export interface ListedRow {
  readonly number: number
  readonly name: string
  readonly email: string
  /** Its own, or that of the batch. */
  readonly organisation: string | null
  readonly outcome: RowOutcome | null
  readonly reason: string | null
}

/** Which rows of a batch are asked for: those behind row `after`. */
export interface RowsAsked {
  readonly after: number
  readonly outcome?: RowOutcome | undefined
  readonly limit: number
}

/** What a batch that is not sent yet would come to. */
export interface BatchPreview {
  /** Addresses that belong to somebody already, ascending: so many of them at most. */
  readonly taken: readonly string[]
  readonly takenCount: number
  /** How many rows name each organisation, the most first. Under no name: rows that name none. */
  readonly organisations: readonly { readonly name: string | null; readonly rows: number }[]
  /** The first rows of the file. */
  readonly sample: readonly ListedRow[]
}

/** Batches of invitations as pages show them. */
export const batchListStore = ({ db }: StoreContext) => ({
  /** This batch, if there is one. */
  async seek(id: BatchId): Promise<ListedBatch | undefined> {
    const [batch] = await batchesWhere(db, sql`b.id = ${id}`, 1)
    return batch
  },

  /** The newest batches, of everybody, newest first; those before the one named. */
  async list(before: BatchId | undefined, limit: number): Promise<readonly ListedBatch[]> {
    return batchesWhere(db, before === undefined ? sql`true` : sql`b.id < ${before}`, limit)
  },

  /** Rows of a batch in the order of its file. */
  async rows(id: BatchId, { after, outcome, limit }: RowsAsked): Promise<readonly ListedRow[]> {
    const { rows } = await sql<ListedRow>`
      select r.number, r.name, r.email, o.name as organisation, r.outcome, r.reason
      from batch_rows r
      join batches b on b.id = r.batch_id
      left join organisations o on o.id = coalesce(r.organisation_id, b.organisation_id)
      where r.batch_id = ${id} and r.number > ${after}
        and ${outcome === undefined ? sql`true` : sql`r.outcome = ${outcome}`}
      order by r.number limit ${limit}`.execute(db)
    return rows
  },

  /** What sending the batch would come to now; at most `limit` of the addresses that are taken. */
  async preview(id: BatchId, limit: number): Promise<BatchPreview> {
    const { rows: taken } = await sql<{ email: string; count: number }>`
      select r.email, (count(*) over ())::integer as count
      from batch_rows r join users u on u.email = r.email
      where r.batch_id = ${id} order by r.email limit ${limit}`.execute(db)
    const { rows: organisations } = await sql<BatchPreview['organisations'][number]>`
      select o.name, count(*)::integer as rows
      from batch_rows r left join organisations o on o.id = r.organisation_id
      where r.batch_id = ${id} group by o.id, o.name order by count(*) desc, o.name`.execute(db)
    return {
      taken: taken.map(({ email }) => email),
      takenCount: taken[0]?.count ?? 0,
      organisations,
      sample: await this.rows(id, { after: 0, limit: 5 }),
    }
  },
})

const batchesWhere = async (
  db: Connection,
  condition: ReturnType<typeof sql>,
  limit: number,
): Promise<readonly ListedBatch[]> => {
  const { rows } = await sql<ListedBatch>`
    select b.id, b.state, b.encoding, b.created_by as "createdBy", u.name as creator, b.created_at as "createdAt",
      b.started_at as "startedAt", b.row_count as users, c.invited, c.skipped, c.failed
    from batches b
    left join users u on u.id = b.created_by
    cross join lateral (
      select count(*) filter (where outcome = 'invited')::integer as invited,
        count(*) filter (where outcome = 'skipped')::integer as skipped,
        count(*) filter (where outcome = 'failed')::integer as failed
      from batch_rows where batch_id = b.id) c
    where ${condition} order by b.id desc limit ${limit}`.execute(db)
  return rows
}
