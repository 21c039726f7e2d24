import { thousands } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import type { OrganisationId } from './organisation.ts'
import { type EdgeChange, type EndedRule, planEdges } from './organisation-import-edges.ts'
import type { KnownGraph, KnownOrganisation, SourceOrganisation } from './organisation-import-facts.ts'
import { distinct, type Identified, identify, type ReleasedSlug } from './organisation-import-identity.ts'
import { type ImportDetail, type ImportReport, reportOf } from './organisation-import-report.ts'

/** An organisation to write: a new one without an id. */
export interface OrganisationChange extends Omit<SourceOrganisation, 'parents' | 'children'> {
  readonly id: OrganisationId | null
}

/** What an import would write, and what it would tell. */
export interface ImportPlan {
  readonly organisations: readonly OrganisationChange[]
  readonly vanished: readonly OrganisationId[]
  readonly released: readonly { readonly id: OrganisationId; readonly slug: string }[]
  readonly edges: readonly EdgeChange[]
  readonly endedRules: readonly EndedRule[]
  readonly report: ImportReport
}

export interface ImportOptions {
  /** Go on although more than a tenth of the organisations are gone. */
  readonly allowShrinking?: boolean
  /** Go on although one gets the slug of another that is gone: that one gets another slug. */
  readonly releaseSlugs?: boolean
}

/**
 * What becomes of the organisations when these are the ones that the source lists. Whoever is not listed any more stays
 * (BO-Q4), and parents that are not named any more go (BO-Q5). Throws `Invalid` for a list that contradicts itself or
 * Signon, or has lost too much.
 */
export const planImport = (
  listed: readonly SourceOrganisation[],
  known: KnownGraph,
  { allowShrinking = false, releaseSlugs = false }: ImportOptions = {},
): ImportPlan => {
  if (listed.length === 0) throw new Invalid('The source lists no organisations. Nothing was changed.')
  const identified = identify(distinct(listed), known.organisations, releaseSlugs)
  const vanished = identified.missing.filter(({ hasVanished }) => !hasVanished)
  if (!allowShrinking) refuseShrinking(identified, vanished.length)

  const released = new Map(identified.released.map(({ organisation, slug }) => [organisation.id, slug]))
  const graph = planEdges(identified, known.edges)
  const details = [
    ...identified.pairs.flatMap(changesOf),
    ...vanished.map(
      ({ id, slug, name }): ImportDetail => ({
        kind: 'vanished',
        organisation: released.get(id) ?? slug,
        name,
      }),
    ),
    ...identified.released.map(releaseOf),
    ...graph.details,
  ]
  return {
    organisations: identified.pairs.flatMap(writingOf),
    vanished: vanished.map(({ id }) => id),
    released: [...released].map(([id, slug]) => ({ id, slug })),
    edges: graph.changes,
    endedRules: graph.endedRules,
    report: reportOf(identified.pairs.length, details),
  }
}

const releaseOf = ({ organisation: { name, slug: from }, slug }: ReleasedSlug): ImportDetail => ({
  kind: 'slug-released',
  organisation: slug,
  name,
  from,
  to: slug,
})

/** One part in so many may be gone from one import to the next. */
const mostLost = 10

const refuseShrinking = ({ pairs, missing }: Identified, lost: number): void => {
  const count = pairs.filter(({ known }) => known && !known.hasVanished).length + lost
  if (lost * mostLost <= count) return
  throw new Invalid(
    `The source lists ${thousands(pairs.length)} organisations, and ${thousands(lost)} of the ${thousands(count)} that Signon knows are not among them: more than a tenth. Nothing was changed. If they are really gone (${namesOf(missing)}), run it again with --allow-shrinking.`,
  )
}

const namesOf = (missing: readonly KnownOrganisation[]): string => {
  const [first, second, third, ...others] = missing.filter(({ hasVanished }) => !hasVanished)
  const named = [first, second, third].flatMap((one) => one?.name ?? [])
  return [...named, ...(others.length > 0 ? ['…'] : [])].join(', ')
}

type Pair = Identified['pairs'][number]

const fields = ['name', 'slug', 'contentId', 'abbreviation', 'format'] as const

const kindOfField = {
  name: 'renamed',
  slug: 'slug-changed',
  contentId: 'content-id-changed',
  abbreviation: 'abbreviation-changed',
  format: 'format-changed',
} as const satisfies Record<(typeof fields)[number], ImportDetail['kind']>

const changesOf = ({ organisation, known }: Pair): readonly ImportDetail[] => {
  const about = { organisation: organisation.slug, name: organisation.name }
  if (!known) return [{ kind: 'created', ...about }]
  const changed = fields
    .filter((field) => organisation[field] !== known[field])
    .map(
      (field): ImportDetail => ({
        kind: kindOfField[field],
        ...about,
        from: known[field],
        to: organisation[field],
      }),
    )
  const isElsewhere = organisation.isClosed !== known.isClosed
  return [
    ...changed,
    ...(isElsewhere ? [{ kind: organisation.isClosed ? 'closed' : 'reopened', ...about } as const] : []),
    ...(known.hasVanished ? [{ kind: 'returned', ...about } as const] : []),
  ]
}

const writingOf = (pair: Pair): readonly OrganisationChange[] => {
  if (changesOf(pair).length === 0) return []
  const { parents: _parents, children: _children, ...facts } = pair.organisation
  return [{ ...facts, id: pair.known?.id ?? null }]
}
