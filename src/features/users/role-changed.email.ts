import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { roleRequiresTwoStep } from '#domain/two-step.ts'
import { roleNames } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'

/** Says which role somebody has from now on, and what it asks of them. */
export const roleChangedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person) return undefined
  const mustSetUp =
    roleRequiresTwoStep(person.role) && !(await signon.single.twoStep.find(user)).hasSecondFactor
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your role has changed',
    paragraphs: [
      `Your role in ${signonName(place)} is ${roleNames[person.role]} from now on. It decides what you can do for other people’s accounts.`,
      mustSetUp
        ? `Everybody with this role must use 2-step verification. You are asked to set it up when you next use Signon: ${place.publicUrl}`
        : '',
      'If you did not expect this, contact your GOV.UK lead or one of your organisation admins.',
    ],
  })
}
