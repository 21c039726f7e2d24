import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { closedFault } from '#domain/organisation.ts'
import { type NewPerson, newPersonFaults, normaliseEmail, roleNames } from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { newPasswordFaults } from '#store/new-password.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface CreateUser extends NewPerson {
  readonly password: string
}

/**
 * Creates a person who can sign in at once, and who may use no application yet. Throws `Invalid` with everything
 * that is wrong, `NotFound` for an unknown organisation, `Conflict` when the address is somebody's.
 */
export const createUser = async (signon: Signon, actor: Actor, input: CreateUser): Promise<UserAccount> => {
  enforce(mayAdminister(actor, 'create a user'))
  const { name, role, organisationSlug } = input
  const email = normaliseEmail(input.email)
  const organisation =
    organisationSlug === undefined ? null : await signon.single.organisations.find({ slug: organisationSlug })
  const owner = { name, email, organisation: organisation?.name ?? null, isExempt: false, usedHashes: [] }
  refuseFaults([
    ...newPersonFaults(input),
    organisation ? closedFault(organisation) : undefined,
    (await newPasswordFaults(signon, owner, input))?.password,
  ])
  const passwordHash = await signon.passwords.hash(input.password)

  return signon.transaction(async (work) => {
    const organisationId = organisation?.id ?? null
    const user = await work.users.add({ kind: 'person', name, email, role, organisationId, passwordHash })
    await work.record(
      { name: 'account-created', about: user, ...(role !== 'normal' && { note: `role ${roleNames[role]}` }) },
      actor,
    )
    return accountOf(work, email, work.now)
  })
}
