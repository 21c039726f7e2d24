import type { ApplicationId, PermissionId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { closedFault, type OrganisationId } from '#domain/organisation.ts'
import { type NewPerson, newPersonFaults, normaliseEmail, type Role, roleNames } from '#domain/user.ts'
import { administratorFor } from '#store/administration.ts'
import type { OfferedApplication } from '#store/invitation-form.ts'
import type { ListedOrganisation } from '#store/organisations.ts'
import { changePermissions } from '#store/permission-change.ts'
import type { Signon, Work } from '#store/signon.ts'
import { mandateTwoStep } from '#store/two-step-mandate.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'
import { type InvitationFault, refuseInvitation } from './invitation-faults.ts'

/** Who is invited. A role is given by those only who may choose one; else it is normal. */
export interface InviteUser extends Omit<NewPerson, 'role'> {
  readonly role?: Role | undefined
  /** Instead of `organisationSlug`. */
  readonly organisationId?: OrganisationId | undefined
  /** What they are given at once, of any applications. */
  readonly permissions?: readonly PermissionId[]
  /** They must set up 2-step verification, whatever their role and organisation. */
  readonly mustUseTwoStep?: boolean
}

/**
 * Creates a person who sets their own password by the link that is mailed to them, and gives them what was chosen, all
 * of it or nothing. Throws `FaultyInvitation` with everything that is wrong, `NotFound` for an unknown slug, `Conflict`
 * when the address is somebody's, `Forbidden` for whoever may not invite or not choose a role.
 */
export const inviteUser = (signon: Signon, actor: Actor, input: InviteUser): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'invite a user')
    if (input.role !== undefined) await administratorFor(work, actor, 'choose a role')
    const { name, role = 'normal', permissions = [] } = input
    const organisation = await organisationOf(work, input)
    const offered = permissions.length > 0 ? await work.invitationForm.applications() : []
    refuseInvitation([...personFaults({ ...input, role }, organisation), ...giftFaults(offered, permissions)])

    const email = normaliseEmail(input.email)
    const organisationId = organisation?.id ?? null
    const user = await work.users.add({
      kind: 'person',
      name,
      email,
      role,
      organisationId,
      passwordHash: null,
    })
    await work.invitations.send(user.id, actor.userId)
    const note = role === 'normal' ? {} : { note: `role ${roleNames[role]}` }
    await work.record({ name: 'account-invited', about: user, ...note }, actor)
    if (input.mustUseTwoStep) await mandateTwoStep(work, actor, user)
    for (const { id, add } of giftsOf(offered, permissions))
      await changePermissions(work, actor, administrator, user, id, { add, remove: [] })
    return accountOf(work, email, work.now)
  })

type Found = Pick<ListedOrganisation, 'id' | 'slug' | 'isClosed'>

/** Nothing for nobody's; an id that is nobody's is a fault, of which is told with the others. */
const organisationOf = async (
  { organisations }: Work,
  { organisationId, organisationSlug }: InviteUser,
): Promise<Found | undefined> => {
  if (organisationId !== undefined) return organisations.seek(organisationId)
  if (organisationSlug === undefined) return undefined
  return organisations.find({ slug: organisationSlug })
}

const personFaults = (
  { organisationId, ...person }: InviteUser & { readonly role: Role },
  organisation: Found | undefined,
): readonly InvitationFault[] => {
  const organisationSlug = organisation?.slug
  const [name, email, missing] = newPersonFaults({ ...person, organisationSlug })
  return [
    { at: 'name', text: name },
    { at: 'email', text: email },
    { at: 'organisation', text: notOffered(organisationId, organisation) ?? missing },
  ]
}

/** Whoever chose from a list is sent back to it; whoever typed a slug is told of that one. */
const notOffered = (
  chosen: OrganisationId | undefined,
  organisation: Found | undefined,
): string | undefined => {
  if (chosen === undefined) return organisation && closedFault(organisation)
  return organisation?.isClosed === false ? undefined : 'Choose an organisation from the list, or None'
}

/** Nobody holds a permission of an application that they cannot sign in to. */
const giftFaults = (
  offered: readonly OfferedApplication[],
  permissions: readonly PermissionId[],
): readonly InvitationFault[] => {
  const known = new Set(offered.flatMap((application) => application.permissions.map(({ id }) => id)))
  const isGone = permissions.some((id) => !known.has(id))
  return [
    {
      at: 'permissions',
      text: isGone
        ? 'One of the permissions that you chose is not offered, or not any more. Check what is ticked'
        : undefined,
    },
    ...offered
      .filter((application) => {
        const chosen = application.permissions.filter(({ id }) => permissions.includes(id))
        return chosen.length > 0 && !chosen.some(({ isSignin }) => isSignin)
      })
      .map(({ id, name }) => ({
        at: id,
        text: `To give permissions for ${name}, tick “Has access to ${name}?” too`,
      })),
  ]
}

const giftsOf = (
  offered: readonly OfferedApplication[],
  permissions: readonly PermissionId[],
): readonly { readonly id: ApplicationId; readonly add: readonly PermissionId[] }[] =>
  offered
    .map((application) => ({
      id: application.id,
      add: application.permissions.map(({ id }) => id).filter((id) => permissions.includes(id)),
    }))
    .filter(({ add }) => add.length > 0)
