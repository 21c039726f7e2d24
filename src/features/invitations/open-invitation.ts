import type { User } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon, Work } from '#store/signon.ts'

/** Who may accept or decline by this link; nobody when it is no use. Looking changes nothing. */
export const seekInvited = async ({ single }: Signon, token: string): Promise<User | undefined> => {
  const sent = await single.accountTokens.seek('invitation', token)
  const user = sent && !sent.isExpired ? await single.users.seek(sent.userId) : undefined
  return user && isInvited(user) && user.suspendedAt === null ? user : undefined
}

/**
 * Uses an invitation up, and holds its person until the transaction ends: of any number of parallel tries one gets
 * them. Nothing, and nothing changes, when the link is used, replaced or too old, or the person is suspended.
 */
export const takeInvitation = async (
  work: Work,
  token: string,
): Promise<Pick<User, 'id' | 'uid' | 'email'> | undefined> => {
  const sent = await work.accountTokens.seek('invitation', token)
  const invited = sent && (await work.invitations.lockOpen(sent.userId))
  return invited && (await work.accountTokens.take('invitation', token)) ? invited : undefined
}
