import type { PermissionId } from '#domain/application.ts'
import type { BatchId } from '#domain/batch.ts'
import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { usersInWords } from '#domain/user.ts'
import type { OfferedApplication } from '#store/invitation-form.ts'
import type { Signon, Work } from '#store/signon.ts'
import { lockOwnBatch } from './own-batch.ts'

/** What the people of a batch are to get, as it was chosen. */
export interface StartBatch {
  readonly organisationId: OrganisationId | null
  readonly permissions: readonly PermissionId[]
  readonly requiresTwoStep: boolean
}

export interface StartFaults {
  readonly organisation?: string
  readonly permissions?: string
  /** Applications of which more was chosen than nothing, but not to sign in. */
  readonly withoutAccess?: readonly OfferedApplication[]
}

/** How many users are invited now; nothing when that was begun before; or what is wrong with the choice. */
export type Started = { readonly users: number } | 'before' | { readonly faults: StartFaults }

/**
 * Begins a batch: from now on its people are invited. Only its creator does, and only once
 * (`reference/admin-ui.md` 6.3 and 13, observation 8). Throws `NotFound` for somebody else’s.
 */
export const startBatch = (signon: Signon, actor: Actor, id: BatchId, choice: StartBatch): Promise<Started> =>
  signon.transaction(async (work) => {
    const batch = await lockOwnBatch(work, actor, id)
    if (batch.state !== 'draft') return 'before'
    const faults = await faultsOf(work, choice)
    if (faults) return { faults }

    await work.batches.start(id, choice)
    const note = usersInWords(batch.rowCount)
    await work.record({ name: 'batch-invited', about: null, batch: id, note }, actor)
    if (batch.createdBy !== null)
      await work.jobs.add({
        name: 'send-mail',
        payload: { mail: 'batch-begun', user: batch.createdBy, batch: id },
      })
    return { users: batch.rowCount }
  })

const faultsOf = async (
  work: Work,
  { organisationId, permissions }: StartBatch,
): Promise<StartFaults | undefined> => {
  const organisation = organisationId === null ? null : await work.organisations.seek(organisationId)
  const isOpen = organisation === null || organisation?.isClosed === false
  const offered = await work.invitationForm.applications()
  const known = new Set(offered.flatMap((application) => application.permissions.map(({ id }) => id)))
  const areKnown = permissions.every((id) => known.has(id))
  const closed = withoutAccess(offered, permissions)
  if (isOpen && areKnown && closed.length === 0) return undefined
  return {
    ...(!isOpen && { organisation: 'Choose an organisation from the list, or None' }),
    ...(!areKnown && {
      permissions:
        'One of the permissions that you chose is not offered, or not any more. Check what is ticked',
    }),
    ...(closed.length > 0 && { withoutAccess: closed }),
  }
}

/** Nobody holds a permission of an application that they cannot sign in to. */
const withoutAccess = (
  offered: readonly OfferedApplication[],
  chosen: readonly PermissionId[],
): readonly OfferedApplication[] =>
  offered.filter(({ permissions }) => {
    const taken = permissions.filter(({ id }) => chosen.includes(id))
    return taken.length > 0 && !taken.some(({ isSignin }) => isSignin)
  })
