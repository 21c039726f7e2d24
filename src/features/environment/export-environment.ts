import { mayAdminister } from '#domain/administration.policy.ts'
import { fileFormat, noRows, type RowCounts, rowKinds } from '#domain/environment-file.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { noteOfCounts } from './note-of-counts.ts'

export interface ExportEnvironment {
  /** The environment that this is. */
  readonly environment: string
  /** Writes the lines, and at their end what `counts` says then. */
  readonly write: (lines: AsyncIterable<string>, counts: () => RowCounts) => Promise<void>
}

/**
 * Writes what a copy of this environment needs, all of it of one instant (`docs/adr/0012`). Nothing that lets anybody in
 * without a password is in it.
 */
export const exportEnvironment = async (
  signon: Signon,
  actor: Actor,
  { environment, write }: ExportEnvironment,
): Promise<RowCounts> => {
  enforce(mayAdminister(actor, 'copy an environment'))
  const counts = noRows()
  await signon.read(async ({ environmentExport }) => {
    await environmentExport.begin()
    const header = {
      format: fileFormat,
      environment,
      migration: await environmentExport.lastMigration(),
      at: signon.clock.now().toISOString(),
    }
    const lines = async function* (): AsyncGenerator<string, void> {
      yield JSON.stringify({ header })
      for (const kind of rowKinds)
        for await (const some of environmentExport.lines(kind)) {
          counts[kind] += some.length
          yield some.join('\n')
        }
    }
    await write(lines(), () => counts)
  })
  await signon.transaction((work) =>
    work.record({ name: 'environment-exported', about: null, note: noteOfCounts(counts) }, actor),
  )
  return counts
}
