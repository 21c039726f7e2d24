import { mayAdminister } from '#domain/administration.policy.ts'
import type { RowCounts } from '#domain/environment-file.ts'
import type { Actor } from '#domain/events.ts'
import { enforce, Forbidden } from '#kernel/failure.ts'
import type { Changes } from '#store/environment-import.ts'
import type { Signon } from '#store/signon.ts'
import { issueMissing, type Missing } from './issue-missing.ts'
import { noteOfCounts } from './note-of-counts.ts'
import { type KeptAddress, type StageRows, stageRows } from './stage-rows.ts'

export interface ImportEnvironment extends StageRows {
  /** The environment that this is. */
  readonly environment: string
  /** Find out what would change, and change nothing. */
  readonly isRehearsal: boolean
  /** Keeps secrets that are issued; without it none is. */
  readonly keepSecrets: ((lines: readonly string[]) => Promise<void>) | undefined
}

export interface ImportedEnvironment {
  /** Of which environment this is a copy now, and of when. */
  readonly source: { readonly environment: string; readonly at: string }
  readonly counts: RowCounts
  readonly changes: Changes
  readonly keptAddresses: readonly KeptAddress[]
  readonly missing: Missing
}

/**
 * Makes this environment a copy of another (`docs/adr/0012`): all of it in one transaction, so that until then everybody
 * works with what was there. What this environment issued itself stays. Sessions end of those who may do something else
 * now. Nobody is told of anything. Throws `Forbidden` in production, and as `stageRows` does.
 */
export const importEnvironment = (
  signon: Signon,
  actor: Actor,
  input: ImportEnvironment,
): Promise<ImportedEnvironment> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'copy an environment'))
    if (input.environment === 'production')
      throw new Forbidden('Nothing is ever imported into production: it is the truth.')
    await work.environmentImport.begin()
    const { header, counts, keptAddresses } = await stageRows(work, input)
    let changes: Changes = {}
    let missing: Missing = { applications: 0, tokens: 0, isIssued: false }
    await work.keepIf(!input.isRehearsal, async () => {
      changes = await work.environmentImport.merge(input)
      missing = await issueMissing(signon, work, actor, input.isRehearsal ? undefined : input.keepSecrets)
      const note = `from ${header.environment} as of ${header.at}: ${noteOfCounts(counts)}`
      await work.record({ name: 'environment-imported', about: null, note }, actor)
    })
    return { source: header, counts, changes, keptAddresses, missing }
  })
