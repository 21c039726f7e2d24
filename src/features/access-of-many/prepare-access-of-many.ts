import { type AccessChangeId, addressesIn, choiceFault, listed } from '#domain/access-of-many.ts'
import { type Administrator, isInReach, mayActUpon } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { after, day } from '#kernel/clock.ts'
import { Forbidden, invariant } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { Candidate } from '#store/access-of-many.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** What is said to whoever chose no application, or one that people do not use; and whoever did not say what to do. */
export const noApplication = 'Select an application from the list'
export const noKind = 'Select whether to give or to take'

/** How long a change is kept that nobody starts. */
const draftDays = 7

export interface PrepareAccessOfMany {
  readonly users: readonly UserId[]
  /** Addresses as they were pasted. */
  readonly addresses: string
  readonly application: ApplicationId
  /** Nothing when that was not said. */
  readonly isGiving: boolean | null
}

/**
 * Notes whose access to an application is to be changed; nothing is changed yet. Throws `Invalid` with everything that is
 * missing or wrong: an application that people do not use, and somebody who is not there, or is not looked after by the
 * actor, which looks the same.
 */
export const prepareAccessOfMany = (
  signon: Signon,
  actor: Actor,
  input: PrepareAccessOfMany,
): Promise<AccessChangeId> =>
  signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'change access of many')
    if (administrator.kind !== 'person') throw new Forbidden('Only people prepare changes in pages.')
    const addresses = addressesIn(input.addresses)
    const choice = choiceFault(input.users, addresses)
    const reached = choice === undefined ? await reachedOf(work, administrator, input.users, addresses) : []
    const application = await work.applications.seek(input.application)
    const { isGiving } = input
    const isUsed = application && application.retiredAt === null && !application.isApiOnly
    refuseFaults([
      ...(choice === undefined ? unknownFaults(input.users, addresses, reached) : [choice]),
      isUsed ? undefined : noApplication,
      isGiving === null ? noKind : undefined,
    ])
    invariant(application && isGiving !== null, 'what is missing was refused')

    await work.accessOfMany.forgetDrafts(after(work.now, -draftDays * day))
    return work.accessOfMany.prepare(
      { by: administrator.id, application: application.id, isGiving },
      reached.map(({ id }) => id),
    )
  })

/** Those of the people named whose access this administrator may change. */
export const reachedOf = async (
  { accessOfMany, administrators }: Stores,
  administrator: Administrator,
  ids: readonly UserId[],
  addresses: readonly string[],
): Promise<readonly Candidate[]> => {
  const found = await accessOfMany.candidates(ids, addresses)
  const organisations = [...new Set(found.map(({ organisationId }) => organisationId))]
  const places = new Map(
    await Promise.all(
      organisations.map(
        async (organisation) =>
          [organisation, await administrators.placeOf(administrator, organisation)] as const,
      ),
    ),
  )
  return found.filter(
    (user) =>
      isInReach(administrator, user, places.get(user.organisationId) ?? 'elsewhere') &&
      mayActUpon(administrator, 'change access of many', user).allowed,
  )
}

/** What is said of those who are named and not reached. */
const unknownFaults = (
  ids: readonly UserId[],
  addresses: readonly string[],
  reached: readonly Candidate[],
): readonly (string | undefined)[] => {
  const [emails, known] = [new Set(reached.map(({ email }) => email)), new Set(reached.map(({ id }) => id))]
  const unknown = addresses.filter((address) => !emails.has(address))
  const missing = ids.filter((id) => !known.has(id)).length
  return [
    unknown.length > 0 ? `You do not look after anybody with these addresses: ${listed(unknown)}` : undefined,
    missing > 0
      ? 'Some users that you selected are not there any more, or you do not look after them. Go back to the list and select again.'
      : undefined,
  ]
}
