import type { OrganisationId } from './organisation.ts'
import { type Cells, isFilled, placesOf } from './table.ts'
import { emailFault, nameFault, normaliseEmail, usersInWords } from './user.ts'

export type BatchId = number & { readonly brand: 'BatchId' }

/** Users that one batch holds at most. */
export const largestBatch = 5000

/**
 * Read, and not sent yet; being invited; all dealt with; given up because its creator may not invite any more
 * (`reference/admin-ui.md` 13, observation 8).
 */
export type BatchState = 'draft' | 'running' | 'done' | 'stopped'

export type RowOutcome = 'invited' | 'skipped' | 'failed'

/** How the bytes of a file were read as text. */
export type FileEncoding = 'utf-8' | 'utf-16' | 'windows-1252'

/** One person of a file. */
export interface BatchRow {
  /** Counted as spreadsheets do: the headers are row 1. */
  readonly number: number
  /** On one line, and trimmed. */
  readonly name: string
  /** As it is stored and compared. */
  readonly email: string
  readonly organisationSlug: string | null
}

/** What is wrong with one row, in words for whoever wrote it. */
export interface RowFault {
  readonly number: number
  readonly words: string
}

/** An organisation that a row may name by its slug. */
export interface NamedOrganisation {
  readonly id: OrganisationId
  readonly isClosed: boolean
}

interface Columns {
  readonly name: number
  readonly email: number
  readonly organisation: number | undefined
}

/** The people of a table, or why it has none. Rows without any text are passed over (`reference/admin-ui.md` 6.2). */
export const readBatch = (
  table: readonly Cells[],
): { readonly rows: readonly BatchRow[] } | { readonly fault: string } => {
  const top = table.findIndex(isFilled)
  const headers = table[top] ?? []
  const twice = ['Name', 'Email', 'Organisation'].find((header) => placesOf(headers, header).length > 1)
  if (twice) return { fault: `CSV must have the header '${twice}' only once` }
  const columns = columnsOf(headers)
  if (!columns) return { fault: `CSV must have headers including 'Name' and 'Email'` }

  const rows = table.flatMap((cells, index) =>
    index > top && isFilled(cells) ? [rowOf(cells, columns, index + 1)] : [],
  )
  if (rows.length === 0) return { fault: 'CSV had no rows.' }
  if (rows.length > largestBatch)
    return {
      fault: `CSV must have ${usersInWords(largestBatch)} at most. It has ${usersInWords(rows.length)}: split it into several files.`,
    }
  return { rows }
}

/** Do these cells name all columns that a batch needs? Capitals and spaces around them do not matter. */
export const areHeaders = (cells: Cells): boolean => columnsOf(cells) !== undefined

const columnsOf = (cells: Cells): Columns | undefined => {
  const [name, email, organisation] = ['Name', 'Email', 'Organisation'].map(
    (header) => placesOf(cells, header)[0],
  )
  return name === undefined || email === undefined ? undefined : { name, email, organisation }
}

const rowOf = (cells: Cells, columns: Columns, number: number): BatchRow => ({
  number,
  // Mails greet people by it, and lists show it: cells may hold line breaks.
  name: (cells[columns.name] ?? '').replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(),
  email: normaliseEmail(cells[columns.email] ?? ''),
  organisationSlug: (columns.organisation !== undefined && cells[columns.organisation]?.trim()) || null,
})

/** Everything that is wrong with the rows of a file, in their order. Organisations are known by their slugs. */
export const rowFaults = (
  rows: readonly BatchRow[],
  organisations: ReadonlyMap<string, NamedOrganisation>,
): readonly RowFault[] => {
  const firstWith = new Map<string, number>()
  return rows.flatMap((row) => {
    const first = firstWith.get(row.email)
    if (first === undefined) firstWith.set(row.email, row.number)
    const faults = [
      withWords(nameFault(row.name), row.name || row.email),
      emailFaultOf(row, first),
      row.organisationSlug === null ? undefined : slugFault(row.organisationSlug, organisations),
    ]
    return faults.flatMap((words) => (words === undefined ? [] : [{ number: row.number, words }]))
  })
}

const emailFaultOf = ({ name, email }: BatchRow, first: number | undefined): string | undefined => {
  const fault = emailFault(email)
  if (fault !== undefined) return withWords(fault, email || name)
  return first === undefined
    ? undefined
    : withWords(`This email address is in row ${first} already. Keep one of the two rows`, email)
}

const slugFault = (
  slug: string,
  organisations: ReadonlyMap<string, NamedOrganisation>,
): string | undefined => {
  const organisation = organisations.get(slug)
  if (!organisation) return withWords('There is no organisation with this slug', slug)
  return organisation.isClosed ? withWords('This organisation is closed', slug) : undefined
}

/** A fault with the words that it is about, as far as there is room. */
const withWords = (fault: string | undefined, words: string): string | undefined =>
  fault === undefined || words === ''
    ? fault
    : `${fault.replace(/\.$/, '')}: “${words.length > 255 ? `${words.slice(0, 254)}…` : words}”`
