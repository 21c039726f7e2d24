import type { NamedOrganisation, RowFault } from './batch.ts'
import { closedFault } from './organisation.ts'
import { type Cells, isFilled, placesOf } from './table.ts'
import { emailFault, normaliseEmail } from './user.ts'

/** A person of a file who is to have another address, another organisation, or both. */
export interface UpdateRow {
  /** Counted as spreadsheets do: the headers are row 1. */
  readonly number: number
  /** As addresses are stored and compared. */
  readonly oldEmail: string
  readonly newEmail: string
  readonly organisationSlug: string
}

const headers = ['Old email', 'New email', 'New organisation'] as const

/** Do these cells name all columns, each once? In any order, and beside others. */
export const areUpdateHeaders = (cells: Cells): boolean =>
  headers.every((header) => placesOf(cells, header).length === 1)

/** The rows of a table, or why it has none. Rows without any text are passed over. */
export const readUpdates = (
  table: readonly Cells[],
): { readonly rows: readonly UpdateRow[] } | { readonly fault: string } => {
  const top = table.findIndex(isFilled)
  const found = table[top] ?? []
  if (!areUpdateHeaders(found))
    return { fault: `The file must have the headers '${headers.join("', '")}', each once.` }
  const [old, next, organisation] = headers.map((header) => placesOf(found, header)[0] ?? 0)
  const rows = table.flatMap((cells, index) => {
    if (index <= top || !isFilled(cells)) return []
    const cell = (place = 0): string => (cells[place] ?? '').trim()
    return [
      {
        number: index + 1,
        oldEmail: normaliseEmail(cell(old)),
        newEmail: normaliseEmail(cell(next)),
        organisationSlug: cell(organisation),
      },
    ]
  })
  return rows.length === 0 ? { fault: 'The file has no rows.' } : { rows }
}

/** Everything that is wrong with the rows, in their order. Organisations are known by their slugs. */
export const updateFaults = (
  rows: readonly UpdateRow[],
  organisations: ReadonlyMap<string, NamedOrganisation>,
): readonly RowFault[] => {
  const [olds, news] = [new Map<string, number>(), new Map<string, number>()]
  return rows.flatMap((row) => {
    const faults = [
      row.oldEmail === '' ? 'There is no old email' : twice(olds, row.oldEmail, row.number),
      newEmailFault(row) ?? twice(news, row.newEmail, row.number),
      organisationFault(row.organisationSlug, organisations),
    ]
    return faults.flatMap((words) => (words === undefined ? [] : [{ number: row.number, words }]))
  })
}

// Whoever keeps an address that would be refused today only moves.
const newEmailFault = ({ oldEmail, newEmail }: UpdateRow): string | undefined => {
  const fault = newEmail === oldEmail ? undefined : emailFault(newEmail)
  return fault && `${newEmail || 'New email'}: ${fault}`
}

const twice = (seen: Map<string, number>, email: string, number: number): string | undefined => {
  const first = seen.get(email)
  if (first === undefined) seen.set(email, number)
  return first === undefined ? undefined : `${email} is in row ${first}, too`
}

const organisationFault = (
  slug: string,
  organisations: ReadonlyMap<string, NamedOrganisation>,
): string | undefined => {
  if (slug === '') return 'There is no new organisation'
  const organisation = organisations.get(slug)
  if (!organisation) return `There is no organisation with the slug ${slug}`
  return closedFault({ slug, isClosed: organisation.isClosed })
}
