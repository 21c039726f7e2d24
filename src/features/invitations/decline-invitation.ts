import type { Actor } from '#domain/events.ts'
import { invitationThrottle, throttledCaller } from '#domain/throttle.ts'
import type { Signon } from '#store/signon.ts'
import { takeInvitation } from './open-invitation.ts'

/**
 * Deletes the account of whoever holds the link of its invitation and does not want it. `false` when the link is good
 * no more. Throws `TooManyAttempts`.
 */
export const declineInvitation = async (signon: Signon, from: Actor, token: string): Promise<boolean> => {
  const caller = throttledCaller(from.address)
  await signon.single.throttles.take(invitationThrottle, caller)
  const isDeclined = await signon.transaction(async (work) => {
    const invited = await takeInvitation(work, token)
    if (!invited) return false
    await work.record({ name: 'invitation-declined', about: invited, note: invited.email }, from)
    await work.users.remove(invited.id)
    return true
  })
  if (isDeclined) await signon.single.throttles.giveBack(invitationThrottle, caller)
  return isDeclined
}
