import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * Asks a new address to confirm that it is to be used. Nothing when no change waits, or when the address is somebody
 * else's: then neither the owner of that address nor the person who typed it hears of it.
 */
export const emailConfirmationEmail = async (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const { users, emailChanges, accountTokens } = signon.single
  const user = await users.seek(order.user)
  const change = user && (await emailChanges.seek(user.id))
  if (!change || (await users.seekByEmail(change.email))) return undefined

  const token = await accountTokens.issue(user.id, 'email-confirmation', change.email)
  return letter(place, {
    to: change.email,
    name: user.name,
    subject: 'Confirm changes to your GOV.UK Signon account',
    paragraphs: [
      `The email address of your ${signonName(place)} account is to be changed to ${change.email}.`,
      `To confirm this, follow this link within 2 weeks:\n${place.publicUrl}${paths.confirmEmail}?confirmation_token=${token}`,
      'Until then, sign in with your old email address.',
      'If you do not want this change, you do not need to do anything.',
    ],
  })
}
