import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { normaliseEmail } from '#domain/user.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

/**
 * Ends a suspension. Neither the old password nor old tokens come back (`reference/accounts-and-sign-in.md` 9.2), and
 * what a sign-in opened in the moment of the suspension ends now.
 */
export const unsuspendUser = (signon: Signon, actor: Actor, typedEmail: string): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'unsuspend a user'))
    const user = await work.users.lockByEmail(normaliseEmail(typedEmail))
    if (user.suspendedAt === null) throw new Conflict(`${user.email} is not suspended.`)

    await work.passwords.keepAsOld(user.id)
    await work.users.unsuspend(user.id)
    await work.sessions.endAll(user.id)
    await work.authorizations.endAll(user.id)
    await work.record({ name: 'account-unsuspended', about: user }, actor)
    return accountOf(work, user.email, work.now)
  })
