/** Which shape the lines have. Another number for every change of what travels. */
export const fileFormat = 1

/** What travels from one environment to its copy, in the order of the file. */
export const rowKinds = [
  'organisation',
  'organisation-parent',
  'application',
  'permission',
  'user',
  'authenticator',
  'grant',
  'use',
  'token',
] as const
export type RowKind = (typeof rowKinds)[number]

/** How many rows of each kind there are. */
export type RowCounts = Readonly<Record<RowKind, number>>

/** The first line of a file. */
export interface FileHeader {
  readonly format: number
  /** Of which environment it is a copy. */
  readonly environment: string
  /** The last migration of its database. */
  readonly migration: string
  /** The instant of which it is a copy, in ISO 8601. */
  readonly at: string
}

/** One line between the first and the last: what it is, and its columns. */
export interface FileRow {
  readonly kind: RowKind
  readonly row: Readonly<Record<string, unknown>>
}

/** Nothing of any kind, to count from. */
export const noRows = (): Record<RowKind, number> =>
  Object.fromEntries(rowKinds.map((kind) => [kind, 0])) as Record<RowKind, number>

/** The header that a first line holds; nothing when it is none. */
export const headerIn = (line: string): FileHeader | undefined => {
  const header = memberOf(line, 'header')
  const isWhole =
    typeof header?.['format'] === 'number' &&
    ['environment', 'migration', 'at'].every((name) => typeof header[name] === 'string')
  return isWhole ? (header as unknown as FileHeader) : undefined
}

/** The row that a line holds; nothing when it is none. */
export const rowIn = (line: string): FileRow | undefined => {
  const kind = rowKinds.find((known) => line.startsWith(`{"${known}":`))
  const row = kind && memberOf(line, kind)
  return row && { kind, row }
}

/** The counts that a last line holds; nothing when it is none. */
export const countsIn = (line: string): RowCounts | undefined => {
  const counts = memberOf(line, 'counts')
  return rowKinds.every((kind) => typeof counts?.[kind] === 'number') ? (counts as RowCounts) : undefined
}

const memberOf = (line: string, name: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = (JSON.parse(line) as Readonly<Record<string, unknown>> | null)?.[name]
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}
