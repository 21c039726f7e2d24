import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserAmongSuperadminsFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

export type SuspendUser = Whom & { readonly reason: string }

/**
 * Suspends a person or a machine at once: none of their sessions, authorizations and tokens is good any more. What
 * they hold is kept, and reported to applications as nothing. The last active superadmin stays.
 */
export const suspendUser = (signon: Signon, actor: Actor, input: SuspendUser): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const reason = input.reason.trim()
    refuseFaults([suspensionReasonFault(reason)])

    const { user, otherSuperadmins } = await lockUserAmongSuperadminsFor(work, actor, 'suspend a user', input)
    if (user.suspendedAt !== null) throw new Conflict(`${user.email} is suspended already.`)
    if (user.role === 'superadmin' && otherSuperadmins === 0)
      throw new Conflict(`${user.email} is the last active superadmin, and so cannot be suspended.`)

    await work.users.suspend(user.id, reason)
    await work.sessions.endAll(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.authorizations.endAll(user.id)
    await work.accountTokens.end(user.id, 'password-reset')
    await work.record({ name: 'account-suspended', about: user }, actor)
    for (const application of await work.apiTokens.revokeAll(user.id))
      await work.record({ name: 'api-token-revoked', about: user, application }, actor)
    return accountOf(work, user.email, work.now)
  })

/** What is wrong with the reason for a suspension, or nothing. */
export const suspensionReasonFault = (typed: string): string | undefined => {
  if (typed.trim() === '') return 'Reason for suspension can’t be blank'
  return typed.trim().length > 255 ? 'Reason for suspension must be 255 characters or less' : undefined
}
