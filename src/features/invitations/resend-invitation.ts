import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { accountOf, type UserAccount } from '#store/user-account.ts'

/**
 * Sends an invitation again: its two weeks begin anew, and the link that was sent before is good no more. Throws
 * `NotFound` for a stranger, `Conflict` for whoever has accepted, was not invited, or is suspended.
 */
export const resendInvitation = (signon: Signon, actor: Actor, whom: Whom): Promise<UserAccount> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'resend an invitation', whom)
    const obstacle = resendObstacle(user)
    if (obstacle !== undefined) throw new Conflict(obstacle)

    await work.accountTokens.end(user.id, 'invitation')
    await work.invitations.send(user.id, actor.userId)
    await work.record({ name: 'account-invited', about: user, note: 'again' }, actor)
    return accountOf(work, user.email, work.now)
  })

/** Why this person cannot be sent an invitation again, or nothing. */
export const resendObstacle = (user: User): string | undefined => {
  if (user.invitedAt === null) return `${user.email} was not invited.`
  if (user.invitationAcceptedAt !== null) return `Invitation for ${user.email} has already been accepted`
  return user.suspendedAt === null ? undefined : `${user.email} is suspended. Unsuspend them first.`
}
