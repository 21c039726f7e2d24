import { readFile } from 'node:fs/promises'
import { bulkUpdate, type UpdatedRow } from '#features/users/bulk-update.ts'
import { Invalid } from '#kernel/failure.ts'
import { type Answer, type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { columns } from './lines.ts'
import { dryRun } from './options.ts'

export const dataHygieneCommands: readonly Command[] = [
  command({
    words: 'data-hygiene bulk-update-organisation',
    operands: ['file'],
    summary: 'Give the people of a CSV file other addresses and organisations.',
    details:
      'Its columns are Old email, New email and New organisation (a slug). All rows are checked before the first is changed. A new address must be confirmed by a link that is mailed to it. Running it again is harmless.',
    options: { dryRun },
    run: async ({ file, dryRun: isRehearsal }, environment) => {
      const bytes = await contentOf(file)
      return withSignon(environment, async (signon, operator) =>
        answerOf(await bulkUpdate(signon, operator, { bytes, isRehearsal }), isRehearsal),
      )
    },
  }),
]

const contentOf = async (path: string): Promise<Uint8Array> => {
  try {
    return await readFile(path)
  } catch (error) {
    throw new Invalid(
      `The file cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    )
  }
}

const answerOf = (rows: readonly UpdatedRow[], isRehearsal: boolean): Answer => {
  const details = rows.map((row) => ({
    row: row.row,
    email: row.email,
    outcome: outcomeOf(row, isRehearsal),
  }))
  const [done, failed] = [
    rows.filter(({ outcome }) => outcome === 'done').length,
    rows.filter(({ outcome }) => outcome === 'failed').length,
  ]
  return {
    document: {
      matched: rows.length,
      changed: isRehearsal ? 0 : done,
      details,
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      ...columns(details.map(({ row, email, outcome }) => [`row ${row}`, email, outcome])),
      `${rows.length} rows, ${done} ${isRehearsal ? 'would change' : 'changed'}, ${failed} failed.`,
    ],
    ...(failed > 0 && { problem: `${failed} of ${rows.length} rows failed.` }),
  }
}

const outcomeOf = ({ outcome, reason, pendingEmail }: UpdatedRow, isRehearsal: boolean): string => {
  const words = {
    done: isRehearsal ? 'would change' : 'changed',
    unchanged: 'nothing to change',
    'updated already': 'looks to have already been updated',
    failed: `failed: ${reason}`,
  }[outcome]
  return pendingEmail === undefined ? words : `${words}; ${pendingEmail} must be confirmed`
}
