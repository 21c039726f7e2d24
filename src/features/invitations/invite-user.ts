import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { type NewPerson, newPersonFaults, normaliseEmail } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

/**
 * Creates a person who sets their own password by the link that is mailed to them. Throws `Invalid` with everything
 * that is wrong, `NotFound` for an unknown organisation, `Conflict` when the address is somebody's.
 */
export const inviteUser = (signon: Signon, actor: Actor, input: NewPerson): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'invite a user'))
    refuseFaults(newPersonFaults(input))

    const { name, role, organisationSlug } = input
    const email = normaliseEmail(input.email)
    const organisation =
      organisationSlug === undefined ? undefined : await work.organisations.findBySlug(organisationSlug)
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
    await work.record(
      { name: 'account-invited', about: user, ...(role !== 'normal' && { note: `role ${role}` }) },
      actor,
    )
    return accountOf(work, email, work.now)
  })
