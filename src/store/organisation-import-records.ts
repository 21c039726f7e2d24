import { sql } from 'kysely'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { ImportNumbers, ImportReport } from '#domain/organisation-import-report.ts'
import type { StoreContext } from './context.ts'

export type OrganisationImportId = number & { readonly brand: 'OrganisationImportId' }

/** What came of an import: it was done, refused for what the source says, or failed before that was known. */
export type ImportOutcome = 'done' | 'refused' | 'failed'

/** An import that is over. */
export interface NewImportRecord {
  readonly beganAt: Date
  /** Where it was read from: an address without its query, or the name of a file. */
  readonly source: string
  readonly outcome: ImportOutcome
  /** Why it was refused or failed; nothing of one that was done. */
  readonly reason: string | null
  /** Of one that was done. */
  readonly report: ImportReport | null
}

export interface ImportRecord extends NewImportRecord {
  readonly id: OrganisationImportId
  readonly endedAt: Date
  readonly actorKind: 'person' | 'console' | 'signon'
  /** A person by name, an operator by login. */
  readonly actorName: string | null
}

/** An import as lists show it. */
export type ImportLine = Omit<ImportRecord, 'report'> & {
  readonly report: ImportNumbers | null
}

/** What every import of organisations did. */
export const organisationImportRecordStore = ({ db, now }: StoreContext) => ({
  async add(record: NewImportRecord, actor: Actor): Promise<OrganisationImportId> {
    const { beganAt, source, outcome, reason, report } = record
    const { rows } = await sql<{ id: OrganisationImportId }>`
      insert into organisation_imports (began_at, ended_at, source, actor_kind, actor_name, outcome, reason, report)
      values (${beganAt}, ${now()}, ${source}, ${actor.kind},
        coalesce((select name from users where id = ${actor.userId ?? null}), ${actor.name ?? null}),
        ${outcome}, ${reason}, ${report && JSON.stringify(report)}::jsonb)
      returning id`.execute(db)
    const [row] = rows
    if (!row) throw new Error('An import was not written down')
    return row.id
  },

  /** Whether one that was done began after this instant. */
  async hasDoneSince(instant: Date): Promise<boolean> {
    const { rows } = await sql`
      select from organisation_imports where outcome = 'done' and began_at > ${instant} limit 1`.execute(db)
    return rows.length > 0
  },

  /** The newest first: at most `limit`, behind the one with the id `before`. */
  async list(before: OrganisationImportId | undefined, limit: number): Promise<readonly ImportLine[]> {
    const { rows } = await sql<ImportLine>`
      select ${columns}, report - 'details' as report from organisation_imports
      where ${before === undefined ? sql`true` : sql`id < ${before}`} order by id desc limit ${limit}`.execute(
      db,
    )
    return rows
  },

  async seek(id: OrganisationImportId): Promise<ImportRecord | undefined> {
    const { rows } = await sql<ImportRecord>`
      select ${columns}, report from organisation_imports where id = ${id}`.execute(db)
    return rows[0]
  },

  /** Organisations that have these slugs now. */
  async idsOf(slugs: readonly string[]): Promise<ReadonlyMap<string, OrganisationId>> {
    const { rows } = await sql<{ slug: string; id: OrganisationId }>`
      select slug, id from organisations where slug = any (${[...slugs]}::text[])`.execute(db)
    return new Map(rows.map(({ slug, id }) => [slug, id]))
  },
})

const columns = sql`
  id, began_at as "beganAt", ended_at as "endedAt", source, actor_kind as "actorKind", actor_name as "actorName",
  outcome, reason`
