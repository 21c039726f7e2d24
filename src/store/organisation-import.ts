import { type RawBuilder, sql } from 'kysely'
import type { ImportPlan, OrganisationChange } from '#domain/organisation-import.ts'
import type { EdgeChange } from '#domain/organisation-import-edges.ts'
import type { KnownEdge, KnownGraph, KnownOrganisation } from '#domain/organisation-import-facts.ts'
import type { StoreContext } from './context.ts'
import { lockOrganisationGraph } from './organisation-graph-lock.ts'

/** What an import reads and writes of the organisations and their graph; `require_two_step` is not among it. */
export const organisationImportStore = (context: StoreContext) => ({
  /** All that an import, begun at that instant, is compared with. Nobody else changes it until the transaction ends. */
  async lockKnown(begunAt: Date): Promise<KnownGraph> {
    await lockOrganisationGraph(context.db)
    const { rows: organisations } = await sql<KnownOrganisation>`
      select id, content_id as "contentId", slug, name, abbreviation, format, is_closed as "isClosed",
        vanished_at is not null as "hasVanished"
      from organisations order by id`.execute(context.db)
    const { rows: edges } = await sql<KnownEdge>`
      select child_id as child, parent_id as parent, is_in_source as "isInSource", rule,
        coalesce(rule_lasts = 'next-import' and ruled_at <= ${begunAt}, false) as "endsRule"
      from organisation_parents order by child_id, parent_id`.execute(context.db)
    return { organisations, edges }
  },

  /** Writes what a plan over `lockKnown` says. */
  async apply({ organisations, vanished, released, edges }: ImportPlan): Promise<void> {
    if (released.length > 0) await releaseSlugs(context, released)
    if (organisations.length > 0) await putOrganisations(context, organisations)
    if (vanished.length > 0) await markVanished(context, vanished)
    if (edges.length > 0) await putEdges(context, edges)
  },
})

const releaseSlugs = async ({ db, now }: StoreContext, released: ImportPlan['released']): Promise<void> => {
  await sql`
    update organisations o set slug = n.slug, updated_at = ${now()}
    from jsonb_to_recordset(${JSON.stringify(released)}::jsonb) as n (id integer, slug text) where o.id = n.id`.execute(
    db,
  )
}

const putOrganisations = async (
  { db, now }: StoreContext,
  organisations: readonly OrganisationChange[],
): Promise<void> => {
  const rows = sql`
    jsonb_to_recordset(${JSON.stringify(organisations)}::jsonb)
      as n (id integer, "contentId" uuid, slug text, name text, abbreviation text, format text, "isClosed" boolean)`
  // Slugs may be swapped, and each is unique at every moment: those that move are made free first.
  await sql`update organisations o set slug = '/' || o.id from ${rows} where o.id = n.id and o.slug <> n.slug`.execute(
    db,
  )
  await sql`
    update organisations o
    set content_id = n."contentId", slug = n.slug, name = n.name, abbreviation = n.abbreviation, format = n.format,
      is_closed = n."isClosed", vanished_at = null, updated_at = ${now()}
    from ${rows} where o.id = n.id`.execute(db)
  await sql`
    insert into organisations (content_id, slug, name, abbreviation, format, is_closed, created_at, updated_at)
    select "contentId", slug, name, abbreviation, format, "isClosed", ${now()}, ${now()} from ${rows}
    where id is null`.execute(db)
}

const markVanished = async ({ db, now }: StoreContext, ids: ImportPlan['vanished']): Promise<void> => {
  await sql`
    update organisations set vanished_at = ${now()}, updated_at = ${now()} where id = any (${[...ids]}::integer[])`.execute(
    db,
  )
}

const putEdges = async ({ db, now }: StoreContext, edges: readonly EdgeChange[]): Promise<void> => {
  const changes = sql`
    (select c.id as child_id, p.id as parent_id, e."isInSource", e."keepsRule"
     from jsonb_to_recordset(${JSON.stringify(edges)}::jsonb)
       as e (child uuid, parent uuid, "isInSource" boolean, "keepsRule" boolean)
     join organisations c on c.content_id = e.child join organisations p on p.content_id = e.parent) n`
  await sql`
    delete from organisation_parents e using ${changes}
    where e.child_id = n.child_id and e.parent_id = n.parent_id and not n."isInSource" and not n."keepsRule"`.execute(
    db,
  )
  await sql`
    update organisation_parents e
    set is_in_source = n."isInSource", ${sql.join(ruleColumns.map(keptOrGone))}
    from ${changes} where e.child_id = n.child_id and e.parent_id = n.parent_id`.execute(db)
  await sql`
    insert into organisation_parents (child_id, parent_id, created_at)
    select child_id, parent_id, ${now()} from ${changes} where "isInSource"
    on conflict do nothing`.execute(db)
}

const ruleColumns = ['rule', 'rule_lasts', 'rule_reason', 'ruled_at', 'ruled_by_id', 'ruled_by_name']

const keptOrGone = (column: string): RawBuilder<unknown> =>
  sql`${sql.ref(column)} = case when n."keepsRule" then ${sql.ref(`e.${column}`)} end`
