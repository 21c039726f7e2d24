import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Tells a person that their password is another now, whoever changed it. */
export const passwordChangedEmail = async (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const user = await signon.single.users.seek(order.user)
  if (user?.kind !== 'person') return undefined
  return letter(place, {
    to: user.email,
    name: user.name,
    subject: 'Your password has been changed',
    paragraphs: [
      `The password of your ${signonName(place)} account has been changed.`,
      'If you know why, you need not do anything.',
      `If you do not, choose a new password at once: ${place.publicUrl}${paths.forgottenPassword}. Then tell your GOV.UK lead or one of your organisation admins.`,
    ],
  })
}
