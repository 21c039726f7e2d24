import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

/**
 * Ends a suspension. Neither the old password nor old tokens come back (`reference/accounts-and-sign-in.md` 9.2), and
 * what a sign-in, or a request for a link, opened in the moment of the suspension ends now.
 */
export const unsuspendUser = (signon: Signon, actor: Actor, whom: Whom): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'unsuspend a user', whom)
    if (user.suspendedAt === null) throw new Conflict(`${user.email} is not suspended.`)

    await work.passwords.discard(user.id)
    await work.users.unsuspend(user.id)
    await work.sessions.endAll(user.id)
    await work.authorizations.endAll(user.id)
    await work.accountTokens.end(user.id, 'password-reset')
    await work.record({ name: 'account-unsuspended', about: user }, actor)
    return accountOf(work, user.email, work.now)
  })
