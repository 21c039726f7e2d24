import { signInBy } from '#domain/dormancy.ts'
import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import { londonDate } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { User } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Tells somebody how to get into their account again, and until when, unless it was suspended anew. Machines read no mail. */
export const accountUnsuspendedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (person?.kind !== 'person' || person.suspendedAt !== null) return undefined
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your GOV.UK Signon account is no longer suspended',
    paragraphs: [
      `Your ${signonName(place)} account (${person.email}) is no longer suspended.`,
      ...(isInvited(person) ? toInvited : toUser(person, place)),
    ],
  })
}

const toInvited = [
  'You have not accepted your invitation yet. Follow the link in it, which is good for 2 weeks. If it is older, or you have it no more, ask your GOV.UK lead or one of your organisation admins for a new one.',
]

const toUser = (person: User, place: MailPlace): readonly string[] => {
  const lastDay = signInBy(person)
  return [
    'Your old password does not work any more, so you must choose a new one.',
    `Select “Forgot your passphrase?” at ${place.publicUrl}${paths.signIn}`,
    lastDay
      ? `Then sign in by ${londonDate(lastDay)}. If you do not, your account will be suspended again, because it is unused.`
      : '',
  ]
}
