import type { KnownEdge } from './organisation-import-facts.ts'
import type { Identified } from './organisation-import-identity.ts'
import { type Link, linksOf, type Place } from './organisation-import-links.ts'
import type { ImportDetail } from './organisation-import-report.ts'
import type { ParentRuleKind } from './parent-rule.ts'

/** What is to be written of one edge; content ids, as they are from now on, stand for its ends. */
export interface EdgeChange {
  readonly child: string
  readonly parent: string
  readonly isInSource: boolean
  /** Without a rule, an edge that is not in the source is gone. */
  readonly keepsRule: boolean
}

/** A rule that was to last until this import. */
export interface EndedRule {
  readonly kind: ParentRuleKind
  readonly child: Pick<Place, 'slug' | 'name'>
  readonly parent: Pick<Place, 'slug' | 'name'>
}

interface PlannedEdges {
  readonly changes: readonly EdgeChange[]
  readonly endedRules: readonly EndedRule[]
  readonly details: readonly ImportDetail[]
}

type Known = Link & Pick<KnownEdge, 'isInSource' | 'rule' | 'endsRule'>

/** What becomes of the graph: the edges of the source and the rules that last, without circles. */
export const planEdges = (identified: Identified, knownEdges: readonly KnownEdge[]): PlannedEdges => {
  const known = placed(identified, knownEdges)
  const { links, details } = linksOf(
    identified,
    known.filter(({ isInSource }) => isInSource),
  )
  const lasting = known.filter(({ rule, endsRule }) => rule !== null && !endsRule)
  const { accepted, effective, refused } = withoutCircles(links, known, lasting)

  const isAccepted = setOf(accepted)
  const isLasting = setOf(lasting)
  const isKnown = setOf(known)
  const changed = known
    .filter((edge) => edge.isInSource !== isAccepted.has(keyOf(edge)) || edge.endsRule)
    .concat(accepted.filter((link) => !isKnown.has(keyOf(link))).map(unknown))
  const ended = known.flatMap(({ rule, endsRule, ...link }) =>
    rule !== null && endsRule ? [{ kind: rule, ...link }] : [],
  )
  return {
    changes: changed.map((edge) => ({
      child: edge.child.contentId,
      parent: edge.parent.contentId,
      isInSource: isAccepted.has(keyOf(edge)),
      keepsRule: isLasting.has(keyOf(edge)),
    })),
    endedRules: ended,
    details: [
      ...details,
      ...refused.map(({ child, parent }) => aboutLink('refused-edge', child, parent)),
      ...ended.map(({ kind, child, parent }) => ({ ...aboutLink('rule-ended', child, parent), from: kind })),
      ...parentChanges(identified, known.filter(isEffective), effective),
    ],
  }
}

/** The known edges between organisations as they are after the import. */
const placed = ({ pairs, missing }: Identified, edges: readonly KnownEdge[]): readonly Known[] => {
  const places = new Map<number, Place>(missing.map((one) => [one.id, one]))
  for (const { organisation, known } of pairs) if (known) places.set(known.id, organisation)
  return edges.flatMap((edge) => {
    const [child, parent] = [places.get(edge.child), places.get(edge.parent)]
    return child && parent ? [{ ...edge, child, parent }] : []
  })
}

/**
 * Takes the links one after another, and leaves out each that would close a circle over those before it: first what
 * was added by hand to last, then what counts already, then what is new, so that no new link undoes one that was good.
 */
const withoutCircles = (links: readonly Link[], known: readonly Known[], lasting: readonly Known[]) => {
  const isBlocked = setOf(lasting.filter(({ rule }) => rule === 'blocked'))
  const added = lasting.filter(({ rule }) => rule === 'added')
  const isAdded = setOf(added)
  const countsAlready = setOf(known.filter(isEffective))
  const children = new Map<string, string[]>()
  const count = ({ child, parent }: Link): void => {
    const below = children.get(parent.contentId)
    if (below) below.push(child.contentId)
    else children.set(parent.contentId, [child.contentId])
  }
  for (const link of added) count(link)

  const candidates = links.filter((link) => !isBlocked.has(keyOf(link)) && !isAdded.has(keyOf(link)))
  const [old = [], fresh = []] = [true, false].map((isOld) =>
    candidates.filter((link) => countsAlready.has(keyOf(link)) === isOld),
  )
  const refused: Link[] = []
  const counting: Link[] = []
  for (const link of [...old, ...fresh])
    if (reaches(children, link.child.contentId, link.parent.contentId)) refused.push(link)
    else {
      count(link)
      counting.push(link)
    }
  const isRefused = setOf(refused)
  return {
    accepted: links.filter((link) => !isRefused.has(keyOf(link))),
    effective: [...added, ...counting],
    refused,
  }
}

/** Is the one `to` at or below the one `from`? */
const reaches = (children: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean => {
  // A set is walked in the order in which it was filled, what is added on the way included.
  const seen = new Set([from])
  for (const one of seen) {
    if (one === to) return true
    for (const child of children.get(one) ?? []) seen.add(child)
  }
  return false
}

/** Organisations that Signon knows already, and whose parents are others now. */
const parentChanges = (
  { pairs, missing }: Identified,
  before: readonly Link[],
  now: readonly Link[],
): readonly ImportDetail[] => {
  const [were, are] = [parentsIn(before), parentsIn(now)]
  const known: readonly Place[] = [
    ...pairs.flatMap(({ organisation, known: one }) => (one ? [organisation] : [])),
    ...missing,
  ]
  return known.flatMap(({ contentId, slug, name }): readonly ImportDetail[] => {
    const [from = '', to = ''] = [were.get(contentId), are.get(contentId)]
    return from === to ? [] : [{ kind: 'parents-changed', organisation: slug, name, from, to }]
  })
}

/** For each child, the slugs of its parents, in one order: `cabinet-office, hm-treasury`. */
const parentsIn = (links: readonly Link[]): ReadonlyMap<string, string> => {
  const byChild = Map.groupBy(links, ({ child }) => child.contentId)
  return new Map(
    [...byChild].map(([child, its]) => [
      child,
      [...new Set(its.map(({ parent }) => parent.slug))].sort().join(', '),
    ]),
  )
}

const isEffective = ({ isInSource, rule }: Known): boolean =>
  rule === 'added' || (isInSource && rule !== 'blocked')

const unknown = (link: Link): Known => ({ ...link, isInSource: false, rule: null, endsRule: false })

const aboutLink = (kind: 'refused-edge' | 'rule-ended', child: Place, parent: Place): ImportDetail => ({
  kind,
  organisation: child.slug,
  name: child.name,
  parent: parent.slug,
})

const keyOf = ({ child, parent }: Link): string => `${child.contentId} ${parent.contentId}`
const setOf = (links: readonly Link[]): ReadonlySet<string> => new Set(links.map(keyOf))
