import { warningOf } from '#domain/dormancy.ts'
import { type Letter, letter, type MailPlace, oneLine, signonName } from '#domain/letter.ts'
import { londonDate } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * Tells whoever invited somebody that the account will be deleted, because it was never signed in to. Nothing once it
 * was, or when nobody is left to be told.
 */
export const deletionWarningEmail = async (
  signon: Signon,
  { user, days: daysAsked = 0 }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person?.invitedAt || person.invitedBy === null || person.lastSignedInAt !== null) return undefined
  const inviter = await signon.single.users.seek(person.invitedBy)
  const { days } = warningOf(person.invitedAt, signon.clock.now())
  // More days than when the mail was asked for: they have been invited again.
  if (!inviter || inviter.suspendedAt !== null || days > daysAsked) return undefined
  const when = days === 1 ? 'tomorrow' : `in ${days} days`
  return letter(place, {
    to: inviter.email,
    name: inviter.name,
    subject: `An account that you created will be deleted ${when}`,
    paragraphs: [
      `On ${londonDate(person.invitedAt)} you invited ${oneLine(person.name)} (${person.email}) to ${signonName(place)}. They have never signed in, so their account will be deleted ${when}.`,
      isInvited(person)
        ? 'If they still need it, send them a new invitation: links in invitations are good for 2 weeks only.'
        : `They have set a password. If they still need the account, ask them to sign in: ${place.publicUrl}${paths.signIn}`,
      'If they do not need it, you do not have to do anything.',
    ],
  })
}
