import { roleNames } from '#domain/user.ts'
import type { ExportedUser } from '#store/listed-users.ts'
import { slashedDay } from './day.ts'
import type { UserExport } from './export-users.ts'
import { statusNames, twoStepNames } from './words.ts'

const ownColumns = [
  'Name',
  'Email',
  'Role',
  'Organisation',
  'Sign-in count',
  'Last sign-in',
  'Created',
  'Status',
  '2SV Status',
  '2SV Exemption Expiry Date',
]

/** The export as lines of CSV (RFC 4180), a batch at a time, the headings first (`reference/admin-ui.md` 5.2). */
export async function* usersCsv({ applications, batches }: UserExport): AsyncGenerator<string, void> {
  let headings = lineOf([...ownColumns, ...applications.map(({ name }) => name)])
  for await (const users of batches) {
    yield headings + users.map((user) => lineOf(cellsOf(user, applications))).join('')
    headings = ''
  }
  if (headings !== '') yield headings
}

const cellsOf = (user: ExportedUser, applications: UserExport['applications']): readonly string[] => [
  user.name,
  user.email,
  roleNames[user.role],
  user.organisation ?? '',
  String(user.signInCount),
  user.lastSignedInAt === null ? '' : universalTime(user.lastSignedInAt),
  universalTime(user.createdAt),
  statusNames[user.status],
  twoStepNames[user.twoStep],
  user.exemptUntil === null ? '' : slashedDay(user.exemptUntil),
  ...applications.map(({ id }) => user.permissions.get(id)?.join(', ') ?? ''),
]

/** `2026-11-02 09:30:00`, in UTC. */
const universalTime = (instant: Date): string => instant.toISOString().slice(0, 19).replace('T', ' ')

const lineOf = (cells: readonly string[]): string => `${cells.map(cellOf).join(',')}\r\n`

// A spreadsheet takes what begins so for a formula; wide forms count as well. An apostrophe makes it a text.
const formula = /^[=+\-@\t\r\n＝＋－＠]/

/** A cell that a spreadsheet shows and does not calculate. */
export const cellOf = (text: string): string => {
  const harmless = formula.test(text) ? `'${text}` : text
  return /[",\r\n\t]|^ | $/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
