import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Tells somebody that their account was suspended because nobody used it, and who can lift that, while it is suspended
 * (`reference/accounts-and-sign-in.md` 13, mail 14).
 */
export const accountSuspendedAsUnusedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person || person.suspendedAt === null) return undefined
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your GOV.UK Signon account has been suspended',
    paragraphs: [
      `Your ${signonName(place)} account (${person.email}) has been suspended, because you have not signed in for 45 days. You cannot sign in until it is unsuspended.`,
      'If you still need the account:\n\n- in a department, an agency or another public body: ask your GOV.UK lead or one of your organisation admins to unsuspend it\n- if you are one of them yourself: contact the Government Digital Service (GDS)\n- in a local authority: contact GDS as well',
      'If you do not need it any more, you do not have to do anything.',
    ],
  })
}
