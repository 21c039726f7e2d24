import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OrganisationId } from './organisation.ts'
import { type ImportPlan, planImport } from './organisation-import.ts'
import type {
  KnownEdge,
  KnownGraph,
  KnownOrganisation,
  SourceOrganisation,
} from './organisation-import-facts.ts'
import { detailWords, hasChanges, importSummary } from './organisation-import-report.ts'

const source = (slug: string, changes: Partial<SourceOrganisation> = {}): SourceOrganisation => ({
  contentId: `content of ${slug}`,
  slug,
  name: slug.toUpperCase(),
  abbreviation: null,
  format: 'Other',
  isClosed: false,
  parents: [],
  children: undefined,
  ...changes,
})
const known = (id: number, slug: string, changes: Partial<KnownOrganisation> = {}): KnownOrganisation => {
  const { parents: _parents, children: _children, ...facts } = source(slug)
  return { ...facts, id: id as OrganisationId, hasVanished: false, ...changes }
}
const edge = (child: number, parent: number, changes: Partial<KnownEdge> = {}): KnownEdge => ({
  child: child as OrganisationId,
  parent: parent as OrganisationId,
  isInSource: true,
  rule: null,
  endsRule: false,
  ...changes,
})
const graph = (
  organisations: readonly KnownOrganisation[],
  edges: readonly KnownEdge[] = [],
): KnownGraph => ({
  organisations,
  edges,
})
const plan = (listed: readonly SourceOrganisation[], before = graph([]), allowShrinking = true) =>
  planImport(listed, before, { allowShrinking })
/** Details as one reads them: `parents-changed b: from none to a`. */
const told = ({ report }: ImportPlan): readonly string[] =>
  report.details.map((detail) => `${detail.kind} ${detail.organisation}: ${detailWords(detail)}`)
/** Edges that are written: `b < a`, those that go with a stroke. */
const written = ({ edges }: ImportPlan): readonly string[] =>
  edges
    .map(({ child, parent, isInSource }) =>
      `${isInSource ? '' : '-'}${child} < ${parent}`.replaceAll('content of ', ''),
    )
    .sort()

describe('whom an import recognises', () => {
  it('takes an organisation by its content id, and gives it a new slug', () => {
    const { organisations, report } = plan(
      [source('new', { contentId: 'content of old' })],
      graph([known(7, 'old')]),
    )
    deepEqual(
      organisations.map(({ id, slug }) => [id, slug]),
      [[7, 'new']],
    )
    deepEqual([report.created, report.vanished, report.renamed], [0, 0, 1])
  })

  it('takes it by its slug else, and gives it a new content id', () => {
    const planned = plan([source('same', { contentId: 'another' })], graph([known(7, 'same')]))
    deepEqual(
      planned.organisations.map(({ id, contentId }) => [id, contentId]),
      [[7, 'another']],
    )
    deepEqual(told(planned), ['content-id-changed same: from content of same to another'])
  })

  it('lets two swap their slugs', () => {
    const planned = plan(
      [
        source('b', { contentId: 'content of a', name: 'A' }),
        source('a', { contentId: 'content of b', name: 'B' }),
      ],
      graph([known(1, 'a'), known(2, 'b')]),
    )
    deepEqual(
      planned.organisations.map(({ id, slug }) => [id, slug]),
      [
        [1, 'b'],
        [2, 'a'],
      ],
    )
    equal(planned.report.renamed, 2)
  })

  it('makes a new one that takes the slug which another has left', () => {
    const { organisations } = plan(
      [source('a', { contentId: 'fresh' }), source('z', { contentId: 'content of a' })],
      graph([known(1, 'a')]),
    )
    deepEqual(
      organisations.map(({ id, slug }) => [id, slug]),
      [
        [null, 'a'],
        [1, 'z'],
      ],
    )
  })

  it('refuses one that would get the slug of another which is not listed any more', () => {
    throws(() => plan([source('b', { contentId: 'content of a' })], graph([known(1, 'a'), known(2, 'b')])), {
      code: 'invalid',
      message:
        /gives the slug of B \(slug b, content id content of b\), which it does not list any more, to B \(/,
    })
  })

  it('gives that one another slug when it is told to', () => {
    const planned = planImport(
      [source('b', { contentId: 'content of a' })],
      graph([known(1, 'a'), known(2, 'b')]),
      { allowShrinking: true, releaseSlugs: true },
    )
    deepEqual(planned.released, [{ id: 2, slug: 'b-2' }])
    deepEqual([planned.vanished, planned.report.renamed], [[2], 2])
    ok(told(planned).includes('slug-released b-2: from b to b-2'))
  })

  it('counts one that comes twice once, as it came last', () => {
    const planned = plan([source('a'), source('b'), source('a', { name: 'Later' })])
    deepEqual(
      planned.organisations.map(({ name }) => name),
      ['Later', 'B'],
    )
    equal(planned.report.organisations, 2)
  })

  it('refuses records that contradict each other', () => {
    for (const other of [source('a', { contentId: 'other' }), source('other', { contentId: 'content of a' })])
      throws(() => plan([source('a'), other]), {
        code: 'invalid',
        message: /contradicts itself about A \(slug a/,
      })
  })
})

describe('what an import tells of organisations', () => {
  it('tells what is new, renamed, closed, open again and changed otherwise, and writes no more', () => {
    const planned = plan(
      [
        source('new'),
        source('same'),
        source('named', { name: 'New name' }),
        source('closing', { isClosed: true }),
        source('opening'),
        source('typed', { abbreviation: 'T', format: 'Court' }),
      ],
      graph([
        known(1, 'same'),
        known(2, 'named'),
        known(3, 'closing'),
        known(4, 'opening', { isClosed: true }),
        known(5, 'typed'),
      ]),
    )
    deepEqual(told(planned), [
      'created new: ',
      'closed closing: ',
      'reopened opening: ',
      'renamed named: from NAMED to New name',
      'abbreviation-changed typed: from none to T',
      'format-changed typed: from Other to Court',
    ])
    deepEqual(
      planned.organisations.map(({ slug }) => slug),
      ['new', 'named', 'closing', 'opening', 'typed'],
    )
    equal(
      importSummary(planned.report),
      '6 organisations: 1 new, 1 closed, 1 open again, 1 renamed, 1 changed otherwise',
    )
  })

  it('BO-Q4: marks whoever is not listed any more, once, and takes the mark off when they come back', () => {
    const everybody = [known(1, 'a'), known(2, 'b')]
    const gone = plan([source('a')], graph(everybody))
    deepEqual([gone.vanished, told(gone), gone.organisations], [[2], ['vanished b: '], []])
    const still = plan([source('a')], graph([known(1, 'a'), known(2, 'b', { hasVanished: true })]))
    deepEqual([still.vanished, told(still), hasChanges(still.report)], [[], [], false])
    const back = plan(
      [source('a'), source('b')],
      graph([known(1, 'a'), known(2, 'b', { hasVanished: true })]),
    )
    deepEqual([back.organisations.map(({ id }) => id), told(back)], [[2], ['returned b: ']])
  })

  it('writes and tells nothing when nothing is different', () => {
    const planned = plan(
      [source('a', { children: ['b'] }), source('b', { parents: ['a'] })],
      graph([known(1, 'a'), known(2, 'b')], [edge(2, 1)]),
    )
    deepEqual(
      [planned.organisations, planned.vanished, planned.edges, planned.endedRules, planned.report.details],
      [[], [], [], [], []],
    )
    equal(importSummary(planned.report), '2 organisations: nothing changed')
  })

  it('refuses a source that lost more than a tenth, unless it is allowed to, and an empty one always', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `o${index}`)
    const before = graph([
      ...twenty.map((slug, index) => known(index + 1, slug)),
      known(99, 'long gone', { hasVanished: true }),
    ])
    const left = (count: number) => twenty.slice(0, count).map((slug) => source(slug))
    equal(plan(left(18), before, false).vanished.length, 2)
    throws(() => plan(left(17), before, false), {
      code: 'invalid',
      message:
        /lists 17 organisations, and 3 of the 20 that Signon knows .* \(O17, O18, O19\), run it again with --allow-shrinking\.$/,
    })
    equal(plan(left(17), before).vanished.length, 3)
    throws(() => plan([], before), { code: 'invalid', message: /lists no organisations/ })
    throws(() => plan([]), { code: 'invalid' })
  })
})

describe('the graph that an import makes', () => {
  it('departure 10: takes every parent that a child names', () => {
    const planned = plan([
      source('a', { children: ['c'] }),
      source('b', { children: ['c'] }),
      source('c', { parents: ['a', 'b', 'a'] }),
    ])
    deepEqual(written(planned), ['c < a', 'c < b'])
    equal(planned.report.disagreements, 0)
  })

  it('departure 10: the child’s own list wins where the two ends disagree, and both are told', () => {
    const planned = plan([
      source('a', { children: ['b'] }),
      source('b', { parents: ['c'] }),
      source('c', { children: [] }),
    ])
    deepEqual(written(planned), ['b < c'])
    deepEqual(told(planned).slice(3), [
      'only-parent-says b: a lists it as a child, but it does not name a as a parent',
      'only-child-says b: it names c as a parent, but c does not list it as a child',
    ])
    equal(planned.report.disagreements, 2)
  })

  it('believes the parents of a child that has no list of its own', () => {
    const planned = plan([source('a', { children: ['b'] }), source('b', { parents: undefined })])
    deepEqual([written(planned), planned.report.disagreements], [['b < a'], 0])
  })

  it('tells of references that lead nowhere, and goes on', () => {
    const planned = plan([source('a', { parents: ['no-parent'], children: ['no-child'] })])
    deepEqual(told(planned), [
      'created a: ',
      'unknown-parent a: names no-parent as a parent',
      'unknown-child a: lists no-child as a child',
    ])
    deepEqual([written(planned), planned.report.dangling], [[], 2])
  })

  it('BO-Q5: clears parents that the source has no more', () => {
    const planned = plan([source('a'), source('b')], graph([known(1, 'a'), known(2, 'b')], [edge(2, 1)]))
    deepEqual(written(planned), ['-b < a'])
    deepEqual(told(planned), ['parents-changed b: from a to none'])
    equal(planned.report.reparented, 1)
  })

  it('BO-Q4: leaves whoever is not listed where they were, on both sides', () => {
    const before = graph([known(1, 'a'), known(2, 'b'), known(3, 'c')], [edge(2, 1), edge(3, 2)])
    // The one in the middle is away for a night: its child still names it, and one has no list.
    for (const parents of [['b'], undefined])
      deepEqual(written(plan([source('a', { children: ['b'] }), source('c', { parents })], before)), [])
    deepEqual(written(plan([source('a'), source('c', { parents: [] })], before)), ['-c < b'])
  })

  it('refuses an edge that would close a circle, the same each time, and goes on with the others', () => {
    const listed = [
      source('a', { parents: ['c'] }),
      source('b', { parents: ['a'] }),
      source('c', { parents: ['b'] }),
      source('d', { parents: ['d', 'a'] }),
    ]
    for (const planned of [plan(listed), plan(listed)]) {
      deepEqual(written(planned), ['a < c', 'b < a', 'd < a'])
      deepEqual(told(planned).slice(4), [
        'refused-edge c: cannot be below b: that is below it already, or is itself',
        'refused-edge d: cannot be below d: that is below it already, or is itself',
      ])
    }
  })

  it('refuses what is new in a circle, not what was good before', () => {
    const planned = plan(
      [source('a', { parents: ['b'] }), source('b', { parents: ['a'] })],
      graph([known(1, 'a'), known(2, 'b')], [edge(2, 1)]),
    )
    deepEqual([written(planned), planned.report.refusedEdges], [[], 1])
  })

  it('keeps rules that last: a blocked edge makes no circle, an added one keeps others out', () => {
    const listed = [source('a', { parents: ['b'] }), source('b', { parents: ['a'] })]
    const everybody = [known(1, 'a'), known(2, 'b')]
    const blocked = plan(listed, graph(everybody, [edge(2, 1, { rule: 'blocked' })]))
    deepEqual([written(blocked), blocked.report.refusedEdges], [['a < b'], 0])
    const added = plan(listed, graph(everybody, [edge(2, 1, { rule: 'added', isInSource: false })]))
    deepEqual([written(added), added.report.refusedEdges], [['b < a'], 1])
    deepEqual(
      added.edges.map(({ keepsRule }) => keepsRule),
      [true],
    )
    const unlisted = plan([source('a'), source('b')], graph(everybody, [edge(2, 1, { rule: 'added' })]))
    deepEqual(
      [unlisted.report.reparented, unlisted.edges[0]?.isInSource, unlisted.edges[0]?.keepsRule],
      [0, false, true],
    )
  })

  it('ends rules that were to last until the next import', () => {
    const until = { endsRule: true }
    const planned = plan(
      [source('a'), source('b', { parents: ['a'] }), source('c')],
      graph(
        [known(1, 'a'), known(2, 'b'), known(3, 'c')],
        [
          edge(2, 1, { rule: 'blocked', ...until }),
          edge(3, 1, { rule: 'added', isInSource: false, ...until }),
        ],
      ),
    )
    deepEqual(told(planned), [
      'parents-changed b: from none to a',
      'parents-changed c: from a to none',
      'rule-ended b: a is no longer blocked as its parent',
      'rule-ended c: a is no longer added as its parent',
    ])
    deepEqual(
      planned.edges.map(({ isInSource, keepsRule }) => [isInSource, keepsRule]),
      [
        [true, false],
        [false, false],
      ],
    )
    match(importSummary(planned.report), /2 with other parents, 2 parents no longer set by hand/)
  })
})
