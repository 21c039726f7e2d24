import type { Actor } from '#domain/events.ts'
import type { Whom } from '#domain/user.ts'
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
    if (user.invitedAt === null) throw new Conflict(`${user.email} was not invited.`)
    if (user.invitationAcceptedAt !== null)
      throw new Conflict(`Invitation for ${user.email} has already been accepted`)
    if (user.suspendedAt !== null)
      throw new Conflict(`${user.email} is suspended. End that first: bin/signon users unsuspend.`)

    await work.accountTokens.end(user.id, 'invitation')
    await work.invitations.send(user.id, actor.userId)
    await work.record({ name: 'account-invited', about: user, note: 'again' }, actor)
    return accountOf(work, user.email, work.now)
  })
