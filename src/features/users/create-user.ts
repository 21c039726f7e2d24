import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { passwordFault } from '#domain/password.ts'
import {
  emailFault,
  nameFault,
  needsOrganisation,
  normaliseEmail,
  type Role,
  roleNames,
} from '#domain/user.ts'
import { enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from './user-account.ts'

export interface CreateUser {
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationSlug?: string | undefined
  readonly password: string
}

/**
 * Creates a person who can sign in at once, and who may use no application yet. Throws `Invalid` with everything
 * that is wrong, `NotFound` for an unknown organisation, `Conflict` when the address is somebody's.
 */
export const createUser = async (signon: Signon, actor: Actor, input: CreateUser): Promise<UserAccount> => {
  enforce(mayAdminister(actor, 'create a user'))
  const email = normaliseEmail(input.email)
  refuseFaults([
    nameFault(input.name),
    emailFault(email),
    organisationFault(input),
    passwordFault(input.password),
  ])
  const passwordHash = await signon.passwords.hash(input.password)

  return signon.transaction(async (work) => {
    const { name, role, organisationSlug } = input
    const organisation =
      organisationSlug === undefined ? undefined : await work.organisations.findBySlug(organisationSlug)
    const organisationId = organisation?.id ?? null
    const user = await work.users.add({ kind: 'person', name, email, role, organisationId, passwordHash })
    await work.record(
      { name: 'account-created', about: user, ...(role !== 'normal' && { note: `role ${role}` }) },
      actor,
    )
    return accountOf(work, email, work.now)
  })
}

const organisationFault = ({ role, organisationSlug }: CreateUser): string | undefined =>
  needsOrganisation(role) && organisationSlug === undefined
    ? `Organisation can’t be ‘None’ for ${roleNames[role]}`
    : undefined
