import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Says that 2-step verification is set up (`reference/accounts-and-sign-in.md` 13, mail 9). */
export const twoStepSetUpEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  return (
    person &&
    letter(place, {
      to: person.email,
      name: person.name,
      subject: '2-step verification set up',
      paragraphs: [
        `2-step verification is set up for your ${signonName(place)} account. You need the device that you set up, the next time that you sign in.`,
        ...(place.environment === 'production'
          ? []
          : ['Your account for production needs 2-step verification of its own.']),
        'If you did not do this, choose a new password and contact your GOV.UK lead or one of your organisation admins at once.',
      ],
    })
  )
}
