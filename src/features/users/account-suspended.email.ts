import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/** Tells somebody that an administrator suspended their account, while it is suspended. Machines read no mail. */
export const accountSuspendedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (person?.kind !== 'person' || person.suspendedAt === null) return undefined
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your GOV.UK Signon account has been suspended',
    paragraphs: [
      `An administrator has suspended your ${signonName(place)} account (${person.email}). You cannot sign in, and you have been signed out of every application.`,
      'If you think that this is a mistake, or need the account again, ask your GOV.UK lead or one of your organisation admins to unsuspend it. If you are one of them yourself, contact the Government Digital Service (GDS).',
    ],
  })
}
