import type { Actor } from '#domain/events.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import { organisationFault, type User } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { recordMove } from '#store/organisation-change.ts'
import type { Work } from '#store/signon.ts'
import { changedMeanwhile } from './stale.ts'

export interface WantedOrganisation {
  readonly organisationId: OrganisationId | null
  /** The organisation that the actor saw. */
  readonly was?: OrganisationId | null
}

/**
 * Moves a person, whose row is held, to another organisation or to none, and answers its name. The same one again changes nothing, and is not
 * recorded. Throws `Invalid` for none where their role needs one, and for one that is closed or is not there; `Conflict`
 * when the organisation is not what the actor saw.
 */
export const giveOrganisation = async (
  work: Work,
  actor: Actor,
  user: User,
  { organisationId, was }: WantedOrganisation,
): Promise<string> => {
  if (user.kind !== 'person')
    throw new Conflict(`${user.email} is an API user, and belongs to no organisation.`)
  const before = await nameOf(work, user.organisationId)
  if (user.organisationId === organisationId) return before
  if (was !== undefined && was !== user.organisationId) throw changedMeanwhile('organisation', before)
  refuseFaults([organisationFault(user.role, organisationId !== null)])
  refuseFaults([await notOffered(work, organisationId)])

  const after = await nameOf(work, organisationId)
  await recordMove(work, actor, user, { from: { name: before }, into: { id: organisationId, name: after } })
  return after
}

const nameOf = async (work: Work, organisation: OrganisationId | null): Promise<string> =>
  (organisation === null ? undefined : await work.organisations.seek(organisation))?.name ?? 'None'

const notOffered = async (work: Work, organisation: OrganisationId | null): Promise<string | undefined> => {
  if (organisation === null) return undefined
  const found = await work.organisations.seek(organisation)
  return found && !found.isClosed ? undefined : 'Choose an organisation from the list'
}
