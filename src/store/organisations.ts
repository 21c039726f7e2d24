import { sql } from 'kysely'
import type { Organisation, OrganisationId } from '#domain/organisation.ts'
import { type OrganisationEdge, wayDown } from '#domain/organisation-graph.ts'
import { NotFound } from '#kernel/failure.ts'
import type { StoreContext } from './context.ts'

/** An organisation with what its name is shown with. */
export interface ListedOrganisation extends Organisation {
  readonly abbreviation: string | null
  readonly isClosed: boolean
}

/** Organisations and the graph that they form. */
export const organisationStore = ({ db }: StoreContext) => ({
  async seek(id: OrganisationId): Promise<ListedOrganisation | undefined> {
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

  /** Those that people may be put into, by name: all that are not closed. */
  async listOpen(): Promise<readonly ListedOrganisation[]> {
    const rows = await db
      .selectFrom('organisations')
      .select(columns)
      .where('is_closed', '=', false)
      .orderBy(sql`lower(name)`)
      .orderBy('id')
      .execute()
    return rows.map(organisationOf)
  },

  /**
   * One of the shortest ways down from an organisation to one that it reaches, both included, the same each time;
   * nothing when it does not reach it (`reference/roles-and-permissions.md` 1.3).
   */
  async findWayDown(from: OrganisationId, to: OrganisationId): Promise<readonly Organisation[]> {
    const { rows: edges } = await sql<OrganisationEdge>`
      with recursive above (id) as (
        select ${to}::integer union select p.parent_id from organisation_parents p join above on p.child_id = above.id
      )
      select p.parent_id as parent, p.child_id as child
      from organisation_parents p join above on above.id = p.child_id
      order by 1, 2`.execute(db)
    const way = wayDown(edges, from, to) ?? []
    if (way.length === 0) return []
    const rows = await db.selectFrom('organisations').select(columns).where('id', 'in', way).execute()
    const named = new Map(rows.map((row) => [row.id, organisationOf(row)]))
    return way.flatMap((id) => named.get(id) ?? [])
  },

  async count(): Promise<number> {
    const { rows } = await sql<{
      count: number
    }>`select count(*)::integer as count from organisations`.execute(db)
    return rows[0]?.count ?? 0
  },
})

const columns = ['id', 'content_id', 'slug', 'name', 'abbreviation', 'is_closed'] as const

const organisationOf = (row: {
  id: number
  content_id: string
  slug: string
  name: string
  abbreviation: string | null
  is_closed: boolean
}): ListedOrganisation => ({
  id: row.id as OrganisationId,
  contentId: row.content_id,
  slug: row.slug,
  name: row.name,
  abbreviation: row.abbreviation,
  isClosed: row.is_closed,
})
