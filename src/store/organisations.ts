import { sql } from 'kysely'
import type { Organisation, OrganisationId } from '#domain/organisation.ts'
import { NotFound } from '#kernel/failure.ts'
import type { StoreContext } from './context.ts'

/** Organisations and the graph that they form. */
export const organisationStore = ({ db }: StoreContext) => ({
  async seek(id: OrganisationId): Promise<Organisation | undefined> {
    const row = await db.selectFrom('organisations').select(columns).where('id', '=', id).executeTakeFirst()
    return row && organisationOf(row)
  },

  /** The organisation with this slug. Throws `NotFound`. */
  async findBySlug(slug: string): Promise<Organisation> {
    const row = await db
      .selectFrom('organisations')
      .select(columns)
      .where('slug', '=', slug)
      .executeTakeFirst()
    if (!row) throw new NotFound(`There is no organisation with the slug ${slug}.`)
    return organisationOf(row)
  },

  async count(): Promise<number> {
    const { rows } = await sql<{
      count: number
    }>`select count(*)::integer as count from organisations`.execute(db)
    return rows[0]?.count ?? 0
  },
})

const columns = ['id', 'content_id', 'slug', 'name'] as const

const organisationOf = (row: {
  id: number
  content_id: string
  slug: string
  name: string
}): Organisation => ({
  id: row.id as OrganisationId,
  contentId: row.content_id,
  slug: row.slug,
  name: row.name,
})
