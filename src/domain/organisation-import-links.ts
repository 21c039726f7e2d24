import type { SourceOrganisation } from './organisation-import-facts.ts'
import type { Identified } from './organisation-import-identity.ts'
import type { ImportDetail } from './organisation-import-report.ts'

/** An organisation in the graph that an import makes; its content id, as it is from now on, stands for it. */
export interface Place {
  readonly contentId: string
  readonly slug: string
  readonly name: string
}

/** One organisation directly below another. */
export interface Link {
  readonly child: Place
  readonly parent: Place
}

interface Links {
  readonly links: readonly Link[]
  readonly details: readonly ImportDetail[]
}

/**
 * Who stands below whom by the source, in its order, and where the two ends of a link disagree: the child’s own list
 * wins, and where it has none, its parents’ lists count. `former` are the links that the source gave last: whoever is
 * not listed now keeps their own.
 */
export const linksOf = ({ pairs, missing }: Identified, former: readonly Link[]): Links => {
  const listed = pairs.map(({ organisation }) => organisation)
  const listedBySlug = new Map(listed.map((one) => [one.slug, one]))
  const missingBySlug = new Map(missing.map((one) => [one.slug, one]))
  const parentsByChild = Map.groupBy(
    listed.flatMap((parent) => [...new Set(parent.children)].map((child) => ({ child, parent }))),
    ({ child }) => child,
  )
  const isMissing = ({ contentId }: Place): boolean => !listedContentIds.has(contentId)
  const listedContentIds = new Set(listed.map(({ contentId }) => contentId))

  const linksOfOne = (child: SourceOrganisation): Links => {
    const above = (parentsByChild.get(child.slug) ?? []).map(({ parent }) => parent)
    if (child.parents) return linksByChild(child, child.parents, above, listedBySlug, missingBySlug)
    const away = former.filter((link) => link.child.contentId === child.contentId && isMissing(link.parent))
    return { links: [...above.map((parent) => ({ child, parent })), ...away], details: [] }
  }
  const byChild = listed.map(linksOfOne)
  return {
    links: [...byChild.flatMap(({ links }) => links), ...former.filter(({ child }) => isMissing(child))],
    details: [
      ...byChild.flatMap(({ details }) => details),
      ...listed.flatMap((parent) => unknownChildren(parent, listedBySlug)),
    ],
  }
}

type BySlug<One extends Place> = ReadonlyMap<string, One>

const linksByChild = (
  child: SourceOrganisation,
  named: readonly string[],
  above: readonly SourceOrganisation[],
  listed: BySlug<SourceOrganisation>,
  missing: BySlug<Place>,
): Links => {
  const about = { organisation: child.slug, name: child.name }
  const slugs = [...new Set(named)]
  const faultOf = (slug: string): readonly ImportDetail[] => {
    const parent = listed.get(slug)
    if (!parent) return [{ kind: 'unknown-parent', ...about, parent: slug }]
    const isAgreed = parent.children?.includes(child.slug) ?? true
    return isAgreed ? [] : [{ kind: 'only-child-says', ...about, parent: slug }]
  }
  return {
    links: slugs.flatMap((slug) => {
      const parent = listed.get(slug) ?? missing.get(slug)
      return parent ? [{ child, parent }] : []
    }),
    details: [
      ...slugs.flatMap(faultOf),
      ...above
        .filter(({ slug }) => !named.includes(slug))
        .map(({ slug }): ImportDetail => ({ kind: 'only-parent-says', ...about, parent: slug })),
    ],
  }
}

const unknownChildren = (
  { slug, name, children }: SourceOrganisation,
  listed: BySlug<Place>,
): readonly ImportDetail[] =>
  [...new Set(children)]
    .filter((child) => !listed.has(child))
    .map((child) => ({ kind: 'unknown-child', organisation: slug, name, child }))
