import { Invalid } from '#kernel/failure.ts'
import type { KnownOrganisation, SourceOrganisation } from './organisation-import-facts.ts'

/** Which of the listed organisations Signon knows, and which of the known ones are not listed. */
export interface Identified {
  /** In the source's order. */
  readonly pairs: readonly {
    readonly organisation: SourceOrganisation
    readonly known: KnownOrganisation | undefined
  }[]
  readonly missing: readonly KnownOrganisation[]
  /** Those of the missing whose slug another gets, and what theirs is instead. */
  readonly released: readonly ReleasedSlug[]
}

/** An organisation that gives its slug up to another. */
export interface ReleasedSlug {
  readonly organisation: KnownOrganisation
  /** The slug that it has instead. */
  readonly slug: string
}

/**
 * Each organisation once: the list is read page by page from an index that lives, so that one may come twice, and then
 * the later record is the fresher one. Throws `Invalid` where two records contradict each other.
 */
export const distinct = (listed: readonly SourceOrganisation[]): readonly SourceOrganisation[] => {
  const byContentId = new Map<string, SourceOrganisation>()
  const bySlug = new Map<string, SourceOrganisation>()
  for (const organisation of listed) {
    const { contentId, slug } = organisation
    const other = [byContentId.get(contentId), bySlug.get(slug)].find(
      (one) => one && (one.contentId !== contentId || one.slug !== slug),
    )
    if (other)
      throw new Invalid(
        `The source contradicts itself about ${called(other)} and ${called(organisation)}: no two organisations have the same slug, or the same content id. Nothing was changed.`,
      )
    byContentId.set(contentId, organisation)
    bySlug.set(slug, organisation)
  }
  return [...byContentId.values()]
}

/**
 * Finds each listed organisation among the known ones: by content id, else by slug (`reference/background-and-operations.md`
 * 5.3). Slugs may be swapped. Throws `Invalid` where one would get the slug of another that is not listed any more,
 * unless those are to be released.
 */
export const identify = (
  listed: readonly SourceOrganisation[],
  known: readonly KnownOrganisation[],
  releasesSlugs = false,
): Identified => {
  const byContentId = new Map(known.map((one) => [one.contentId, one]))
  const bySlug = new Map(known.map((one) => [one.slug, one]))
  const claimed = new Set(listed.flatMap(({ contentId }) => byContentId.get(contentId)?.id ?? []))
  const pairs = listed.map((organisation) => {
    const namesake = bySlug.get(organisation.slug)
    const unclaimed = namesake && !claimed.has(namesake.id) ? namesake : undefined
    return { organisation, known: byContentId.get(organisation.contentId) ?? unclaimed }
  })
  const found = new Set(pairs.flatMap(({ known: one }) => one?.id ?? []))
  const released = pairs.flatMap(({ organisation }) => {
    const owner = bySlug.get(organisation.slug)
    if (!owner || found.has(owner.id)) return []
    if (!releasesSlugs)
      throw new Invalid(
        `The source gives the slug of ${called(owner)}, which it does not list any more, to ${called(organisation)}, which Signon knows by another slug. Nothing was changed. If the first is really gone, run bin/signon organisations import --release-slugs: it keeps its people, under another slug.`,
      )
    return { organisation: owner, slug: `${owner.slug}-${owner.id}` }
  })
  return { pairs, missing: known.filter(({ id }) => !found.has(id)), released }
}

const called = ({ name, slug, contentId }: SourceOrganisation | KnownOrganisation): string =>
  `${name} (slug ${slug}, content id ${contentId})`
