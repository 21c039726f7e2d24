import type { Actor } from '#domain/events.ts'
import { emailFault, nameFault, normaliseEmail, type User } from '#domain/user.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

export interface CreateApiUser {
  readonly name: string
  readonly email: string
}

/**
 * Creates a machine: it cannot sign in, and presents tokens. Throws `Invalid` with everything that is wrong, `Conflict`
 * for an address that somebody has.
 */
export const createApiUser = (signon: Signon, actor: Actor, input: CreateApiUser): Promise<User> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'create an API user')
    const email = normaliseEmail(input.email)
    refuseFaults([nameFault(input.name), emailFault(email)])

    const nobodys = { role: 'normal', organisationId: null, passwordHash: null } as const
    const user = await work.users.add({ kind: 'machine', name: input.name, email, ...nobodys })
    await work.record({ name: 'account-created', about: user }, actor)
    return user
  })
