import { type Letter, letter, type MailPlace, oneLine, signonName } from '#domain/letter.ts'
import { dayInWords } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Says that somebody is exempt from 2-step verification, why and until when. Nothing when they are not any more. */
export const twoStepExemptedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  const exemption = person && (await signon.single.twoStep.find(user)).exemption
  if (!person || !exemption) return undefined
  const end = dayInWords(exemption.until)
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'You are exempt from 2-step verification',
    paragraphs: [
      `An administrator has exempted your ${signonName(place)} account from 2-step verification until ${end}. The reason that they gave: ${oneLine(exemption.reason)}`,
      'Until then you sign in with your password alone. Authenticator apps, passkeys and recovery codes that you had were removed, and do not work any more. The next password that you choose must have 15 characters or more.',
      'You can set up 2-step verification again at any time, which ends the exemption. You will be reminded before it ends by itself.',
      'If you did not ask for this, contact your GOV.UK lead or one of your organisation admins at once.',
    ],
  })
}
