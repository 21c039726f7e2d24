import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { OrganisationId } from '#domain/organisation.ts'
import type { OrganisationEdge } from '#domain/organisation-graph.ts'
import type { ParentRule, ParentRuleKind, RuleDuration } from '#domain/parent-rule.ts'
import type { UserId } from '#domain/user.ts'
import { organisationsBelow } from './administrators.ts'
import type { StoreContext } from './context.ts'
import { lockOrganisationGraph } from './organisation-graph-lock.ts'

/** Where an edge of the graph comes from. */
export interface EdgeOrigin {
  readonly isInSource: boolean
  readonly rule: ParentRule | null
  /** Does it count, or has somebody blocked it? */
  readonly isEffective: boolean
}

/** An edge seen from one of its ends: the organisation is the other one. */
export interface Neighbour extends EdgeOrigin {
  readonly id: OrganisationId
  readonly slug: string
  readonly name: string
}

/** Edges at one organisation, blocked ones included, by the names of the others. */
export interface Neighbours {
  readonly parents: readonly Neighbour[]
  readonly children: readonly Neighbour[]
}

/** How far an organisation reaches: organisations below it at any depth, and people in it and in those. */
export interface OrganisationReach {
  readonly organisations: number
  readonly people: number
}

export interface NewParentRule {
  readonly kind: ParentRuleKind
  readonly lasts: RuleDuration
  readonly reason: string
  /** A person by id, an operator by name. */
  readonly by: { readonly id: UserId | null; readonly name: string | null }
}

/** The edges of the organisations' graph, and what was set by hand of them. */
export const organisationParentStore = ({ db, now }: StoreContext) => ({
  /** Lets nobody else change the graph until the transaction ends. It comes before the graph is read. */
  async lockGraph(): Promise<void> {
    await lockOrganisationGraph(db)
  },

  /** The edge, as far as anybody has spoken of it. */
  async seek({ child, parent }: OrganisationEdge): Promise<EdgeOrigin | undefined> {
    const { rows } = await sql<RuleRow>`
      select ${originColumns} from organisation_parents p left join users u on u.id = p.ruled_by_id
      where p.child_id = ${child} and p.parent_id = ${parent}`.execute(db)
    return rows[0] && originOf(rows[0])
  },

  async neighbours(organisation: OrganisationId): Promise<Neighbours> {
    const at = async (near: RawBuilder<unknown>, far: RawBuilder<unknown>): Promise<readonly Neighbour[]> => {
      const { rows } = await sql<RuleRow & Pick<Neighbour, 'id' | 'slug' | 'name'>>`
        select o.id, o.slug, o.name, ${originColumns} from organisation_parents p
        join organisations o on o.id = ${far} left join users u on u.id = p.ruled_by_id
        where ${near} = ${organisation} order by lower(o.name), o.id`.execute(db)
      return rows.map((row) => ({ id: row.id, slug: row.slug, name: row.name, ...originOf(row) }))
    }
    return {
      parents: await at(sql`p.child_id`, sql`p.parent_id`),
      children: await at(sql`p.parent_id`, sql`p.child_id`),
    }
  },

  async reach(organisation: OrganisationId): Promise<OrganisationReach> {
    const { rows } = await sql<OrganisationReach>`
      select (count(*) - 1)::integer as organisations,
        sum((select count(*) from users u where u.organisation_id = reached.id))::integer as people
      from (${organisationsBelow(organisation)}) reached`.execute(db)
    return rows[0] ?? { organisations: 0, people: 0 }
  },

  /** Sets this of the edge from now on, in place of what was set before. */
  async setRule(
    { child, parent }: OrganisationEdge,
    { kind, lasts, reason, by }: NewParentRule,
  ): Promise<void> {
    await sql`
      insert into organisation_parents
        (child_id, parent_id, created_at, is_in_source, rule, rule_lasts, rule_reason, ruled_at, ruled_by_id, ruled_by_name)
      values (${child}, ${parent}, ${now()}, false, ${kind}, ${lasts}, ${reason}, ${now()}, ${by.id}, ${by.name})
      on conflict (child_id, parent_id) do update
      set rule = excluded.rule, rule_lasts = excluded.rule_lasts, rule_reason = excluded.rule_reason,
        ruled_at = excluded.ruled_at, ruled_by_id = excluded.ruled_by_id, ruled_by_name = excluded.ruled_by_name`.execute(
      db,
    )
  },

  /** From now on the edge is there where the source has it, and gone otherwise. */
  async endRule({ child, parent }: OrganisationEdge): Promise<void> {
    const isIt = sql<SqlBool>`child_id = ${child} and parent_id = ${parent}`
    await sql`delete from organisation_parents where ${isIt} and not is_in_source`.execute(db)
    await sql`
      update organisation_parents
      set rule = null, rule_lasts = null, rule_reason = null, ruled_at = null, ruled_by_id = null, ruled_by_name = null
      where ${isIt}`.execute(db)
  },
})

interface RuleRow {
  readonly isInSource: boolean
  readonly isEffective: boolean
  readonly kind: ParentRuleKind | null
  readonly lasts: RuleDuration
  readonly reason: string
  readonly since: Date
  readonly by: string | null
}

const originColumns = sql`
  p.is_in_source as "isInSource", p.is_effective as "isEffective", p.rule as kind, p.rule_lasts as lasts,
  p.rule_reason as reason, p.ruled_at as since, coalesce(u.name, p.ruled_by_name) as by`

const originOf = ({ isInSource, isEffective, kind, ...rule }: RuleRow): EdgeOrigin => ({
  isInSource,
  isEffective,
  rule: kind && { kind, lasts: rule.lasts, reason: rule.reason, since: rule.since, by: rule.by },
})
