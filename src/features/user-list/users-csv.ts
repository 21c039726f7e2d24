import { roleNames } from '#domain/user.ts'
import { csvLine } from '#kernel/csv.ts'
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
  let headings = csvLine([...ownColumns, ...applications.map(({ name }) => name)])
  for await (const users of batches) {
    yield headings + users.map((user) => csvLine(cellsOf(user, applications))).join('')
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
