import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Says that an exemption is over. Nothing when there is another one, or 2-step verification is set up. */
export const exemptionEndedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  const state = person && (await signon.single.twoStep.find(user))
  if (!person || state?.isExempt || state?.hasSecondFactor) return undefined
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your exemption from 2-step verification is over',
    paragraphs: [
      `Your exemption from 2-step verification for your ${signonName(place)} account is over. You will be asked to set it up the next time that you use Signon: ${place.publicUrl}`,
      'You need an authenticator app on a phone, tablet or computer. If you cannot use one, tell your GOV.UK lead or one of your organisation admins.',
    ],
  })
}
