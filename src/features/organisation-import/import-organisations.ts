import type { Actor } from '#domain/events.ts'
import { type ImportOptions, planImport } from '#domain/organisation-import.ts'
import type { EndedRule } from '#domain/organisation-import-edges.ts'
import { hasChanges, type ImportReport, importSummary } from '#domain/organisation-import-report.ts'
import { durationWords } from '#domain/parent-rule.ts'
import { Conflict, Failure } from '#kernel/failure.ts'
import type { OrganisationSource } from '#outside/organisation-source.ts'
import { administratorFor } from '#store/administration.ts'
import type { NewImportRecord } from '#store/organisation-import-records.ts'
import type { Signon, Work } from '#store/signon.ts'

export interface ImportOrganisations extends ImportOptions {
  readonly source: OrganisationSource
  /** Say what would change, and change nothing. */
  readonly isRehearsal?: boolean
}

/**
 * Takes over what the source says of organisations (`reference/organisations-api.md`): all of it in one transaction
 * after the last page was read, or nothing (BO-Q6). Two at once come one after the other, and the one whose reading began
 * first changes nothing after the other. How it went is kept, of those that were refused or failed as well. Throws what
 * the source throws, `Invalid` for what is not taken over, and `Conflict` for a list that is older than the last one.
 */
export const importOrganisations = async (
  signon: Signon,
  actor: Actor,
  { source, isRehearsal = false, ...options }: ImportOrganisations,
): Promise<ImportReport> => {
  await signon.read((stores) => administratorFor(stores, actor, 'import organisations'))
  const begun = { beganAt: signon.clock.now(), source: source.name }
  try {
    const listed = await source.read()
    return await signon.transaction(async (work) => {
      await administratorFor(work, actor, 'import organisations')
      const plan = planImport(listed, await work.organisationImport.lockKnown(begun.beganAt), options)
      const { report, endedRules } = plan
      if (isRehearsal) return report
      if (await work.organisationImportRecords.hasDoneSince(begun.beganAt)) throw new Conflict(overtaken)

      await work.organisationImport.apply(plan)
      await work.organisationImportRecords.add({ ...begun, outcome: 'done', reason: null, report }, actor)
      await recordChanges(work, actor, report, endedRules)
      return report
    })
  } catch (error) {
    if (!isRehearsal) await noteFailure(signon, actor, { ...begun, ...endOf(error) })
    throw error
  }
}

const overtaken =
  'Another import began later and was done earlier: it has what is newer. Nothing was changed by this one.'

const recordChanges = async (
  work: Work,
  actor: Actor,
  report: ImportReport,
  endedRules: readonly EndedRule[],
): Promise<void> => {
  if (hasChanges(report))
    await work.record({ name: 'organisations-imported', about: null, note: importSummary(report) }, actor)
  for (const { kind, child, parent } of endedRules) {
    const note = `${parent.name} above ${child.name}, was ${kind} ${durationWords['next-import']}`
    await work.record({ name: 'organisation-parent-rule-ended', about: null, note }, actor)
  }
}

// Where even that cannot be written, why the import failed is what is to be told.
const noteFailure = (signon: Signon, actor: Actor, record: NewImportRecord): Promise<unknown> =>
  signon.single.organisationImportRecords.add(record, actor).catch(() => undefined)

/** How an import ended that was not done. What is our own fault is told in the log, not in a page. */
const endOf = (error: unknown): Pick<NewImportRecord, 'outcome' | 'reason' | 'report'> => {
  const isKnown = error instanceof Failure
  return {
    outcome: isKnown && error.code !== 'unavailable' ? 'refused' : 'failed',
    reason: isKnown ? error.message : 'Something went wrong in Signon itself. Its log tells more.',
    report: null,
  }
}
