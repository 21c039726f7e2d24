import type { OrganisationId } from './organisation.ts'

/** One organisation directly below another. */
export interface OrganisationEdge {
  readonly parent: OrganisationId
  readonly child: OrganisationId
}

/**
 * The shortest way down from one organisation to another, both included; nothing when there is none. Of ways that are
 * equally short, the one whose edges come first. Every organisation is looked at once: several ways and circles do no harm.
 */
export const wayDown = (
  edges: readonly OrganisationEdge[],
  from: OrganisationId,
  to: OrganisationId,
): readonly OrganisationId[] | undefined => {
  const children = Map.groupBy(edges, ({ parent }) => parent)
  const parents = new Map<OrganisationId, OrganisationId | undefined>([[from, undefined]])
  // A map is walked in the order in which it was filled, what is added on the way included.
  for (const [organisation] of parents) {
    if (organisation === to) return wayUp(parents, to).toReversed()
    for (const { child } of children.get(organisation) ?? [])
      if (!parents.has(child)) parents.set(child, organisation)
  }
  return undefined
}

const wayUp = (
  parents: ReadonlyMap<OrganisationId, OrganisationId | undefined>,
  from: OrganisationId,
): readonly OrganisationId[] => {
  const way: OrganisationId[] = []
  for (let one: OrganisationId | undefined = from; one !== undefined; one = parents.get(one)) way.push(one)
  return way
}
