import type { Actor } from '#domain/events.ts'
import type { User, UserId } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/** What is wrong with the reason of a suspension, or nothing. */
export const reasonFault = (reason: string): string | undefined => {
  if (reason.trim() === '') return 'Reason for suspension can’t be blank'
  return reason.trim().length > 255 ? 'Reason for suspension must be 255 characters or less' : undefined
}

/**
 * Suspends an API user at once: every token of it is revoked. What it holds is kept, and reported to applications as
 * nothing. Answers the user as it was.
 */
export const suspendApiUser = (signon: Signon, actor: Actor, id: UserId, reason: string): Promise<User> =>
  signon.transaction(async (work) => {
    refuseFaults([reasonFault(reason)])
    const user = await lockUserFor(work, actor, 'change an API user', { id, kind: 'machine' })
    if (user.suspendedAt !== null) throw new Conflict(`${user.email} is suspended already.`)

    await work.users.suspend(id, reason.trim())
    await work.authorizations.endAll(id)
    await work.record({ name: 'account-suspended', about: user }, actor)
    for (const application of await work.apiTokens.revokeAll(id))
      await work.record({ name: 'api-token-revoked', about: user, application }, actor)
    return user
  })

/** Ends a suspension. Old tokens stay revoked: it needs new ones. Answers the user as it was. */
export const unsuspendApiUser = (signon: Signon, actor: Actor, id: UserId): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'change an API user', { id, kind: 'machine' })
    if (user.suspendedAt === null) throw new Conflict(`${user.email} is not suspended.`)

    await work.users.unsuspend(id)
    await work.record({ name: 'account-unsuspended', about: user }, actor)
    return user
  })
