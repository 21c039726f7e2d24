import type { OrganisationId } from '#domain/organisation.ts'
import { countOf } from '#kernel/count.ts'
import type { Neighbour, OrganisationReach } from '#store/organisation-parents.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { PlacedOrganisation } from './look-at-organisation.ts'
import type { NeighbourView, OrganisationView } from './organisation.page.ts'
import { originWords } from './origin-words.ts'

// What the page of an organisation shows of the graph around it.

/** The graph around an organisation; what can be done about its parents only for who may do it. */
export const graphOf = (
  { organisation: { id, name }, neighbours: { parents, children }, reach }: PlacedOrganisation,
  mayChange: boolean,
): Pick<
  OrganisationView,
  'parents' | 'children' | 'blockedParents' | 'blockedChildren' | 'addParentPath' | 'reach'
> => {
  const parentView = (parent: Neighbour) => viewOf(parent, mayChange ? actionsOn(id, parent) : [])
  const childView = (child: Neighbour) => viewOf(child, [])
  return {
    parents: parents.filter(isEffective).map(parentView),
    children: children.filter(isEffective).map(childView),
    blockedParents: parents.filter(isBlocked).map(parentView),
    blockedChildren: children.filter(isBlocked).map(childView),
    addParentPath: mayChange ? pathTo(paths.organisationParentNew, { id }) : null,
    reach: reachWords(name, reach),
  }
}

const isEffective = ({ isEffective: is }: Neighbour): boolean => is
const isBlocked = ({ rule }: Neighbour): boolean => rule?.kind === 'blocked'

const viewOf = (neighbour: Neighbour, actions: NeighbourView['actions']): NeighbourView => ({
  text: neighbour.name,
  href: pathTo(paths.organisation, { id: neighbour.id }),
  origin: originWords(neighbour),
  actions,
})

const actionsOn = (child: OrganisationId, { id, name, rule }: Neighbour): NeighbourView['actions'] => {
  const action = (text: string, path: string) => ({
    text,
    hiddenText: `${name} as a parent`,
    href: pathTo(path, { id: child, parent: id }),
  })
  if (rule?.kind === 'blocked') return [action('Stop blocking', paths.organisationParentEnd)]
  const block = action('Block', paths.organisationParentBlock)
  return rule ? [action('Remove', paths.organisationParentEnd), block] : [block]
}

const reachWords = (name: string, { organisations, people }: OrganisationReach): string => {
  const below =
    organisations === 0
      ? 'No organisation is'
      : countOf(organisations, 'organisation is', 'organisations are')
  return `${below} below ${name}, directly or further down. ${countOf(people, 'person is', 'people are')} in it or below it.`
}
