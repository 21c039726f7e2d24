import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { permissionOriginsCsv } from '#features/access/permission-origins.ts'
import { promoteManagingEditors } from '#features/users/promote-managing-editors.ts'
import { Invalid } from '#kernel/failure.ts'
import { answerOfRun } from './answer-of-run.ts'
import { type Command, command } from './command.ts'
import { withSignon } from './console.ts'
import { oneLine } from './lines.ts'
import { dryRun } from './options.ts'

const usualFile = 'permissions_by_non_gds_user.csv'

export const permissionCommands: readonly Command[] = [
  command({
    words: 'permissions promote-managing-editors-to-org-admins',
    summary: 'Make organisation admins of managing editors outside GDS.',
    details:
      'People of the role normal, not suspended, who hold a permission of any application whose name says managing editor. Who belongs to no organisation is told, and stays.',
    options: { dryRun },
    run: ({ dryRun: isRehearsal }, environment) =>
      withSignon(environment, async (signon, operator) =>
        answerOfRun(await promoteManagingEditors(signon, operator, { isRehearsal }), isRehearsal, {
          done: 'promoted',
          wouldBe: 'would be promoted',
        }),
      ),
  }),

  command({
    words: 'permissions by-non-gds-user-and-origin',
    optionalOperand: 'file',
    summary: 'Write what users outside GDS hold, and who gave it, into a CSV file.',
    details: `A line for each permission that somebody holds. Without FILE it is ${usualFile} in the folder that you are in; a file of that name is written over.`,
    run: ({ file = usualFile }, environment) =>
      withSignon(environment, async (signon, operator) => {
        const lines = await writeLines(file, permissionOriginsCsv(signon, operator))
        const matched = lines - 1
        return {
          document: { matched, changed: 0, details: [], file },
          lines: [oneLine(`${matched} permissions are in ${file}.`)],
        }
      }),
  }),
]

/** Writes lines into a file that only its owner reads, and answers how many there were. Throws `Invalid`. */
const writeLines = async (path: string, lines: AsyncIterable<string>): Promise<number> => {
  let count = 0
  const counted = async function* (): AsyncGenerator<string, void> {
    for await (const line of lines) {
      count += 1
      yield line
    }
  }
  try {
    await pipeline(counted(), createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new Invalid(`The file cannot be written: ${error.message}.`)
    throw error
  }
  return count
}
