import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Tells the old address that it is to be replaced, and how to stop that. Nothing when no change waits. */
export const emailChangingEmail = async (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const user = await signon.single.users.seek(order.user)
  const change = user && (await signon.single.emailChanges.seek(user.id))
  if (!change) return undefined

  const token = await signon.single.accountTokens.issue(user.id, 'email-objection', change.email)
  return letter(place, {
    to: user.email,
    name: user.name,
    subject: 'Your GOV.UK Signon email address is being changed',
    paragraphs: [
      `The email address of your ${signonName(place)} account is being changed from ${user.email} to ${change.email}.`,
      'To complete the change, follow the link in the email that we have sent to the new address. To keep the old address, do nothing.',
      `If neither you nor an administrator asked for this change, somebody else may be using your account. Stop the change by this link, and then choose a new password:\n${place.publicUrl}${paths.objectToEmail}?token=${token}`,
    ],
  })
}
