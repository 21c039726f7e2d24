import { sql } from 'kysely'
import type { StoreContext } from './context.ts'

/** An organisation as the register has it. `parents` are slugs. */
export interface ImportedOrganisation {
  readonly contentId: string
  readonly slug: string
  readonly name: string
  readonly abbreviation: string | null
  readonly format: string
  readonly isClosed: boolean
  readonly parents: readonly string[]
}

/** Takes organisations over from the register. */
export const organisationImportStore = ({ db, now }: StoreContext) => ({
  /** Adds or updates these organisations, and makes their parents those of the register that are among them. */
  async put(organisations: readonly ImportedOrganisation[]): Promise<void> {
    const rows = JSON.stringify(organisations)
    await sql`
      insert into organisations (content_id, slug, name, abbreviation, format, is_closed, created_at, updated_at)
      select o."contentId", o.slug, o.name, o.abbreviation, o.format, o."isClosed", ${now()}, ${now()}
      from jsonb_to_recordset(${rows}::jsonb)
        as o ("contentId" uuid, slug text, name text, abbreviation text, format text, "isClosed" boolean)
      on conflict (content_id) do update
      set slug = excluded.slug, name = excluded.name, abbreviation = excluded.abbreviation, format = excluded.format,
        is_closed = excluded.is_closed, updated_at = excluded.updated_at`.execute(db)
    await sql`
      insert into organisation_parents (child_id, parent_id, created_at)
      select distinct child.id, parent.id, ${now()}::timestamptz
      from jsonb_to_recordset(${rows}::jsonb) as o (slug text, parents jsonb)
      cross join lateral jsonb_array_elements_text(o.parents) as named (slug)
      join organisations child on child.slug = o.slug
      join organisations parent on parent.slug = named.slug
      where child.id <> parent.id
      on conflict do nothing`.execute(db)
  },
})
