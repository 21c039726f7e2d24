import type { OrganisationId } from './organisation.ts'
import type { OrganisationEdge } from './organisation-graph.ts'
import type { ParentRuleKind } from './parent-rule.ts'

/** An organisation as the source lists it (`reference/organisations-api.md`). */
export interface SourceOrganisation {
  readonly contentId: string
  readonly slug: string
  readonly name: string
  readonly abbreviation: string | null
  /** What kind of organisation it is, in the source's words. */
  readonly format: string | null
  readonly isClosed: boolean
  /** Slugs of those directly above and below it, as it tells itself; nothing where it does not say. */
  readonly parents: readonly string[] | undefined
  readonly children: readonly string[] | undefined
}

/** An organisation as Signon knows it before an import. */
export interface KnownOrganisation extends Omit<SourceOrganisation, 'parents' | 'children'> {
  readonly id: OrganisationId
  /** An import before this one missed it already. */
  readonly hasVanished: boolean
}

/** An edge of the graph as Signon knows it before an import. */
export interface KnownEdge extends OrganisationEdge {
  readonly isInSource: boolean
  readonly rule: ParentRuleKind | null
  /** It lasts until this import; one that is made while the source is read lasts until the one after. */
  readonly endsRule: boolean
}

/** All that an import is compared with. */
export interface KnownGraph {
  readonly organisations: readonly KnownOrganisation[]
  readonly edges: readonly KnownEdge[]
}
