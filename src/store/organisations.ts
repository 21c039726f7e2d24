import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Organisation, OrganisationId, WhichOrganisation } from '#domain/organisation.ts'
import { type OrganisationEdge, wayDown } from '#domain/organisation-graph.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** An organisation with what its name is shown with. */
export interface ListedOrganisation extends Organisation {
  readonly abbreviation: string | null
  readonly isClosed: boolean
}

/** One organisation on the way down from another. */
export interface StepDown extends Organisation {
  /** It is below the one before only because somebody added that by hand. */
  readonly isByHand: boolean
}

/** Organisations and the graph that they form. */
export const organisationStore = ({ db }: StoreContext) => ({
  async seek(id: OrganisationId): Promise<ListedOrganisation | undefined> {
    const row = await db.selectFrom('organisations').select(columns).where('id', '=', id).executeTakeFirst()
    return row && organisationOf(row)
  },

  /** The organisation that is meant. Throws `NotFound`. */
  async find(which: WhichOrganisation): Promise<ListedOrganisation> {
    const row = await db.selectFrom('organisations').select(columns).where(isMeant(which)).executeTakeFirst()
    if (!row) throw noSuchOrganisation(which)
    return organisationOf(row)
  },

  /** All of them, by name. */
  async list(): Promise<readonly ListedOrganisation[]> {
    return (await byName(db).execute()).map(organisationOf)
  },

  /** Those that people may be put into, by name: all that are not closed. */
  async listOpen(): Promise<readonly ListedOrganisation[]> {
    return (await byName(db).where('is_closed', '=', false).execute()).map(organisationOf)
  },

  /**
   * One of the shortest ways down from an organisation to one that it reaches, both included, the same each time;
   * nothing when it does not reach it (`reference/roles-and-permissions.md` 1.3).
   */
  async findWayDown(from: OrganisationId, to: OrganisationId): Promise<readonly StepDown[]> {
    const { rows: edges } = await sql<OrganisationEdge & { readonly isByHand: boolean }>`
      with recursive above (id) as (
        select ${to}::integer union select p.parent_id from organisation_parents p join above on p.child_id = above.id where p.is_effective
      )
      select p.parent_id as parent, p.child_id as child, not p.is_in_source as "isByHand"
      from organisation_parents p join above on above.id = p.child_id where p.is_effective
      order by 1, 2`.execute(db)
    const way = wayDown(edges, from, to) ?? []
    if (way.length === 0) return []
    const rows = await db.selectFrom('organisations').select(columns).where('id', 'in', way).execute()
    const named = new Map(rows.map((row) => [row.id, organisationOf(row)]))
    const isByHand = (id: OrganisationId, above: OrganisationId | undefined): boolean =>
      edges.some((edge) => edge.isByHand && edge.parent === above && edge.child === id)
    return way.flatMap((id, index) => {
      const organisation = named.get(id)
      return organisation ? [{ ...organisation, isByHand: isByHand(id, way[index - 1]) }] : []
    })
  },

  async count(): Promise<number> {
    const { rows } = await sql<{
      count: number
    }>`select count(*)::integer as count from organisations`.execute(db)
    return rows[0]?.count ?? 0
  },
})

const columns = ['id', 'content_id', 'slug', 'name', 'abbreviation', 'is_closed'] as const

const byName = (db: Connection) =>
  db.selectFrom('organisations').select(columns).orderBy(sql`lower(name)`).orderBy('id')

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

/** Is the row the organisation that is meant? */
export const isMeant = (which: WhichOrganisation): RawBuilder<SqlBool> => {
  if ('id' in which) return sql`id = ${which.id}`
  return 'slug' in which ? sql`slug = ${which.slug}` : sql`content_id = ${which.contentId}::uuid`
}

/** What somebody is told who means an organisation that there is not. */
export const noSuchOrganisation = (which: WhichOrganisation): NotFound => {
  if ('id' in which) return new NotFound('There is no such organisation.')
  return new NotFound(
    'slug' in which
      ? `There is no organisation with the slug ${which.slug}.`
      : `There is no organisation with the content id ${which.contentId}.`,
  )
}
