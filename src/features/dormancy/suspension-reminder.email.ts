import { reminderDue, signInBy } from '#domain/dormancy.ts'
import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import { londonDate } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * Tells somebody how many days are left until their account is suspended as unused, counted when the mail is sent
 * (`reference/accounts-and-sign-in.md` 13, mail 13). Nothing once they have signed in, or are suspended.
 */
export const suspensionReminderEmail = async (
  signon: Signon,
  { user, days: daysAsked = 0 }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  const lastDay = person && signInBy(person)
  const due = person && reminderDue(person, signon.clock.now())
  // More days than when the mail was asked for: they have signed in since.
  if (!person || !lastDay || !due || due.days > daysAsked) return undefined
  const when = due.days === 1 ? 'tomorrow' : `in ${due.days} days`
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: `Your GOV.UK Signon account will be suspended ${when}`,
    paragraphs: [
      `Your ${signonName(place)} account (${person.email}) will be suspended ${when}, because you have not used it. Accounts are suspended when nobody has signed in to them for 45 days.`,
      place.environment === 'production'
        ? 'Without the account you cannot use any of GOV.UK’s publishing applications.'
        : 'Without the account you cannot use the applications of this environment, for training or for anything else.',
      `To keep it, sign in ${due.days === 1 ? 'today' : `by ${londonDate(lastDay)}`}: ${place.publicUrl}${paths.signIn}`,
      'If you do not need it any more, you do not have to do anything.',
    ],
  })
}
