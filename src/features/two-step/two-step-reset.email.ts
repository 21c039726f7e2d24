import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Says that 2-step verification was reset (`reference/accounts-and-sign-in.md` 13, mail 11). */
export const twoStepResetEmail = async (
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
      subject: '2-step verification has been reset',
      paragraphs: [
        `An administrator has reset 2-step verification for your ${signonName(place)} account. The devices and recovery codes that you had do not work any more.`,
        `You will be asked to set it up again when you sign in: ${place.publicUrl}`,
        'If you did not ask for this, contact your GOV.UK lead or one of your organisation admins.',
      ],
    })
  )
}
