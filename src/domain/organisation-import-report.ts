import { thousands } from '#kernel/count.ts'
/** One thing that an import did, or that somebody should know of. */
export interface ImportDetail {
  readonly kind: ImportDetailKind
  /** Its slug from now on. */
  readonly organisation: string
  readonly name: string
  /** Of a change: what was, and what is now. */
  readonly from?: string | null
  readonly to?: string | null
  /** Of two organisations, one directly below the other: the slug of the other one. */
  readonly parent?: string
  readonly child?: string
}

interface Kind {
  /** What several of them stand under. */
  readonly heading: string
  /** What is to be known of one, behind its name; nothing where the heading says it all. */
  readonly says: (detail: ImportDetail) => string
}

const nothing = (): string => ''
const change = ({ from, to }: ImportDetail): string => `from ${from || 'none'} to ${to || 'none'}`

/** Everything that an import tells of, in the order in which it is told. */
export const importDetailKinds = {
  created: { heading: 'New', says: nothing },
  vanished: { heading: 'Not listed any more', says: nothing },
  returned: { heading: 'Listed again', says: nothing },
  closed: { heading: 'Closed', says: nothing },
  reopened: { heading: 'Open again', says: nothing },
  renamed: { heading: 'Renamed', says: change },
  'slug-changed': { heading: 'Slug changed', says: change },
  'slug-released': { heading: 'Slug given up to another', says: change },
  'content-id-changed': { heading: 'Content ID changed', says: change },
  'abbreviation-changed': { heading: 'Abbreviation changed', says: change },
  'format-changed': { heading: 'Type changed', says: change },
  'parents-changed': { heading: 'Parents changed', says: change },
  'refused-edge': {
    heading: 'Parents refused, because they would close a circle',
    says: ({ parent }) => `cannot be below ${parent}: that is below it already, or is itself`,
  },
  'rule-ended': {
    heading: 'Set by hand until this import',
    says: ({ parent, from }) => `${parent} is no longer ${from} as its parent`,
  },
  'only-parent-says': {
    heading: 'Named by the parent only, and not below it',
    says: ({ parent }) => `${parent} lists it as a child, but it does not name ${parent} as a parent`,
  },
  'only-child-says': {
    heading: 'Named by the child only, and below it all the same',
    says: ({ parent }) => `it names ${parent} as a parent, but ${parent} does not list it as a child`,
  },
  'unknown-parent': {
    heading: 'Parents that are not in the list',
    says: ({ parent }) => `names ${parent} as a parent`,
  },
  'unknown-child': {
    heading: 'Children that are not in the list',
    says: ({ child }) => `lists ${child} as a child`,
  },
} as const satisfies Record<string, Kind>

export type ImportDetailKind = keyof typeof importDetailKinds

/** What is to be known of one detail, behind the name of its organisation; empty where the heading says it all. */
export const detailWords = (detail: ImportDetail): string => importDetailKinds[detail.kind].says(detail)

/** What the numbers of a report count: details of these kinds, or organisations with one of them. */
const counted = {
  created: ['created'],
  renamed: ['renamed', 'slug-changed', 'slug-released'],
  closed: ['closed'],
  reopened: ['reopened'],
  reparented: ['parents-changed'],
  vanished: ['vanished'],
  returned: ['returned'],
  changedOtherwise: ['content-id-changed', 'abbreviation-changed', 'format-changed'],
  endedRules: ['rule-ended'],
  disagreements: ['only-parent-says', 'only-child-says'],
  dangling: ['unknown-parent', 'unknown-child'],
  refusedEdges: ['refused-edge'],
} as const satisfies Record<string, readonly ImportDetailKind[]>

type Count = keyof typeof counted

/** What an import came to; `organisations` is how many the source lists. */
export interface ImportNumbers extends Readonly<Record<Count, number>> {
  readonly organisations: number
}

/** The same, one by one. */
export interface ImportReport extends ImportNumbers {
  readonly details: readonly ImportDetail[]
}

/** Those that are told once for each organisation, however much of it has changed. */
const perOrganisation: readonly Count[] = ['renamed', 'changedOtherwise']

/** Adds up the details. */
export const reportOf = (organisations: number, details: readonly ImportDetail[]): ImportReport => {
  const count = (name: Count): number => {
    const kinds: readonly ImportDetailKind[] = counted[name]
    const found = details.filter(({ kind }) => kinds.includes(kind))
    return perOrganisation.includes(name)
      ? new Set(found.map(({ organisation }) => organisation)).size
      : found.length
  }
  const order = Object.keys(importDetailKinds)
  return {
    organisations,
    created: count('created'),
    renamed: count('renamed'),
    closed: count('closed'),
    reopened: count('reopened'),
    reparented: count('reparented'),
    vanished: count('vanished'),
    returned: count('returned'),
    changedOtherwise: count('changedOtherwise'),
    endedRules: count('endedRules'),
    disagreements: count('disagreements'),
    dangling: count('dangling'),
    refusedEdges: count('refusedEdges'),
    details: details.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind)),
  }
}

const countWords = {
  created: 'new',
  vanished: 'not listed any more',
  returned: 'listed again',
  closed: 'closed',
  reopened: 'open again',
  renamed: 'renamed',
  reparented: 'with other parents',
  changedOtherwise: 'changed otherwise',
  endedRules: { one: 'parent no longer set by hand', many: 'parents no longer set by hand' },
  refusedEdges: { one: 'refused parent', many: 'refused parents' },
  disagreements: { one: 'disagreement', many: 'disagreements' },
  dangling: { one: 'reference to an unlisted organisation', many: 'references to unlisted organisations' },
} as const satisfies Record<Count, string | { readonly one: string; readonly many: string }>

/** Counts that are no changes: they are told of every night until the source is mended. */
const remarks: readonly Count[] = ['refusedEdges', 'disagreements', 'dangling']

/** Is anything different after the import? */
export const hasChanges = (report: ImportNumbers): boolean =>
  (Object.keys(counted) as Count[]).some((name) => !remarks.includes(name) && report[name] > 0)

/** The report in a line: `1,262 organisations: 3 new, 1 closed, 2 disagreements`. */
export const importSummary = (report: ImportNumbers): string => {
  const wordsOf = (name: Count): string => {
    const words = countWords[name]
    if (typeof words === 'string') return words
    return report[name] === 1 ? words.one : words.many
  }
  const parts = (Object.keys(countWords) as Count[])
    .filter((name) => report[name] > 0)
    .map((name) => `${thousands(report[name])} ${wordsOf(name)}`)
  const said = hasChanges(report) ? parts : ['nothing changed', ...parts]
  return `${thousands(report.organisations)} organisations: ${said.join(', ')}`
}
