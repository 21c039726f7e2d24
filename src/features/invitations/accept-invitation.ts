import type { Actor } from '#domain/events.ts'
import type { PasswordOwner } from '#domain/password.ts'
import { invitationThrottle, throttledCaller } from '#domain/throttle.ts'
import { type NewPasswordFaults, newPasswordFaults, type TypedPassword } from '#store/new-password.ts'
import type { Signon } from '#store/signon.ts'
import { seekInvited, takeInvitation } from './open-invitation.ts'

export interface AcceptInvitation extends Required<TypedPassword> {
  /** The text of the link's token. */
  readonly token: string
}

export type Acceptance =
  | { readonly outcome: 'accepted' }
  /** The link is no use any more, or never was. */
  | { readonly outcome: 'dead link' }
  /** The link is still good. */
  | { readonly outcome: 'refused'; readonly owner: PasswordOwner; readonly faults: NewPasswordFaults }

/**
 * Sets the first password of whoever holds the link of their invitation. It ends with that and not before: a password
 * that is refused leaves it good, and of any number of parallel tries one succeeds. Nobody is signed in. Throws
 * `TooManyAttempts`.
 */
export const acceptInvitation = async (
  signon: Signon,
  from: Actor,
  typed: AcceptInvitation,
): Promise<Acceptance> => {
  const caller = throttledCaller(from.address)
  await signon.single.throttles.take(invitationThrottle, caller)
  const invited = await seekInvited(signon, typed.token)
  if (!invited) return { outcome: 'dead link' }
  const owner = await signon.single.passwords.owner(invited.id)
  const faults = await newPasswordFaults(signon, owner, typed)
  if (faults) return { outcome: 'refused', owner, faults }

  const hash = await signon.passwords.hash(typed.password)
  const isAccepted = await signon.transaction(async (work) => {
    const user = await takeInvitation(work, typed.token)
    if (!user) return false
    await work.invitations.accept(user.id)
    await work.passwords.replace(user.id, hash)
    await work.record({ name: 'invitation-accepted', about: user }, { ...from, userId: user.id })
    return true
  })
  if (!isAccepted) return { outcome: 'dead link' }
  await signon.single.throttles.giveBack(invitationThrottle, caller)
  return { outcome: 'accepted' }
}
