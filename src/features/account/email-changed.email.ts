import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Tells a person, at the old and at the new address, that the address of their account is another now. Nothing to an
 * API user, nor when the address has become the old one again.
 */
export const emailChangedEmail = async (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const user = await signon.single.users.seek(order.user)
  if (user?.kind !== 'person' || user.email === order.to) return undefined

  const from = order.to === undefined ? '' : ` from ${order.to}`
  return letter(place, {
    to: order.to ?? user.email,
    name: user.name,
    subject: 'Your GOV.UK Signon login details have changed',
    paragraphs: [
      `The email address of your ${signonName(place)} account has been changed${from} to ${user.email}.`,
      isInvited(user)
        ? `Invitations to the old address do not work any more.${user.suspendedAt === null ? ' A new one goes to the new address.' : ''}`
        : `Use ${user.email} to sign in from now on. Your password is still the same.`,
      'If you did not expect this change, tell your GOV.UK lead or an organisation admin at once.',
    ],
  })
}
