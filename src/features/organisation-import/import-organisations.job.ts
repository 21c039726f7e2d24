import type { RunNumbers } from '#domain/jobs.ts'
import { Failure } from '#kernel/failure.ts'
import type { OrganisationSource } from '#outside/organisation-source.ts'
import type { Signon } from '#store/signon.ts'
import { importOrganisations } from './import-organisations.ts'

/** Where the job writes why an import was refused. */
interface Journal {
  error(facts: object, message: string): void
}

/**
 * The nightly import. What was read in part is read again soon; what was refused will be refused again, until somebody
 * has looked at it, or was overtaken by another import, so it is not tried again.
 */
export const importOrganisationsJob =
  (signon: Signon, source: OrganisationSource, journal: Journal) => async (): Promise<RunNumbers> => {
    try {
      const report = await importOrganisations(signon, { kind: 'signon' }, { source })
      const { organisations, created, renamed, closed, reparented, vanished } = report
      return { organisations, created, renamed, closed, reparented, vanished }
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'unavailable') throw error
      journal.error({ job: 'import-organisations', reason: error.detail }, 'an import was refused')
      return { refused: 1 }
    }
  }
