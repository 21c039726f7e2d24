import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { normaliseEmail } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { newPasswordFaults } from '#store/new-password.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export interface SetPassword {
  readonly email: string
  readonly password: string
}

/**
 * Gives a person a new password: all their sessions end, and so does a lock by wrong passwords. Throws `Invalid` for a
 * bad password, `NotFound` for a stranger, `Conflict` for a machine, or for somebody suspended, who would lose it again.
 */
export const setPassword = async (signon: Signon, actor: Actor, input: SetPassword): Promise<UserAccount> => {
  enforce(mayAdminister(actor, 'set a password'))
  const { id } = await signon.single.users.findByEmail(normaliseEmail(input.email))
  const owner = await signon.single.passwords.owner(id)
  refuseFaults([(await newPasswordFaults(signon, owner, input))?.password])
  const passwordHash = await signon.passwords.hash(input.password)

  return signon.transaction(async (work) => {
    const user = await work.users.lockById(id)
    if (user.kind !== 'person') throw new Conflict(`${user.email} is an API user, and has no password.`)
    if (user.suspendedAt !== null)
      throw new Conflict(`${user.email} is suspended. End that first: bin/signon users unsuspend.`)

    // Whoever has a password needs no invitation any more.
    if (isInvited(user)) await work.invitations.accept(user.id)
    await work.passwords.replace(user.id, passwordHash)
    await work.sessions.endAll(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.record({ name: 'password-set', about: user }, actor)
    return accountOf(work, user.email, work.now)
  })
}
