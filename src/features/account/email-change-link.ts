import type { TokenPurpose } from '#domain/account-token.ts'
import type { Actor } from '#domain/events.ts'
import { emailLinkThrottle, throttledCaller } from '#domain/throttle.ts'
import type { User } from '#domain/user.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** A change of address, as somebody sees it who followed a link about it. */
export interface LinkedChange {
  readonly user: User
  readonly newEmail: string
  /** It waits to be confirmed. */
  readonly isPending: boolean
}

/** The change that a link is about; nothing when the link was used, replaced or cancelled, or is too old. */
export const seekLinkedChange = async (
  stores: Stores,
  purpose: Extract<TokenPurpose, 'email-confirmation' | 'email-objection'>,
  token: string,
): Promise<LinkedChange | undefined> => {
  const link = await stores.accountTokens.seek(purpose, token)
  if (!link || link.email === null || link.isExpired) return undefined
  const user = await stores.users.seek(link.userId)
  const change = await stores.emailChanges.seek(link.userId)
  return user && { user, newEmail: link.email, isPending: change?.email === link.email }
}

/** Counts a link that is no use for whoever sent it. Throws `TooManyAttempts`. */
export const countDeadLink = (signon: Signon, from: Actor): Promise<void> =>
  signon.single.throttles.take(emailLinkThrottle, throttledCaller(from.address))
