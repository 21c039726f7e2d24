import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Says that 2-step verification must be set up (`reference/accounts-and-sign-in.md` 13, mail 12). Nothing once it is. */
export const twoStepRequiredEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person || (await signon.single.twoStep.find(user)).hasSecondFactor) return undefined
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Make your Signon account more secure',
    paragraphs: [
      `Your ${signonName(place)} account must have 2-step verification from now on. You will be asked to set it up the next time that you use it: ${place.publicUrl}`,
      'You need an authenticator app on a phone, tablet or computer, such as Google Authenticator or Microsoft Authenticator. Ask your IT department if you are not sure which one to use.',
    ],
  })
}
