import type { Actor } from '#domain/events.ts'
import type { Organisation, WhichOrganisation } from '#domain/organisation.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

export interface CloseOrganisation {
  readonly organisation: WhichOrganisation
  /** Say what would change, and change nothing. */
  readonly isRehearsal?: boolean
}

export interface Closing {
  readonly organisation: Organisation
  /** `false` when it was closed already. */
  readonly hasChanged: boolean
  /** How many people are in it, and stay there. */
  readonly people: number
}

/**
 * Closes an organisation, as GOV.UK does when it is no more: nobody is put into it from now on. The next import opens it
 * again unless GOV.UK has closed it, too (`reference/background-and-operations.md` 9).
 */
export const closeOrganisation = (
  signon: Signon,
  actor: Actor,
  { organisation: which, isRehearsal = false }: CloseOrganisation,
): Promise<Closing> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'close an organisation')
    await work.organisationParents.lockGraph()
    const organisation = await work.organisationPages.lock(which)
    const closing = {
      organisation,
      hasChanged: !organisation.isClosed,
      people: await work.organisationMembers.count(organisation.id),
    }
    if (!closing.hasChanged || isRehearsal) return closing

    await work.organisationPages.close(organisation.id)
    await work.record({ name: 'organisation-closed', about: null, note: organisation.name }, actor)
    return closing
  })
