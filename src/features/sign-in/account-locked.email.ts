import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import { isLocked, lockEndsAt } from '#domain/lockout.ts'
import { londonClock, londonDate } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Tells somebody until when their account is locked, while it is (`reference/accounts-and-sign-in.md` 13, mail 5). */
export const accountLockedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person?.lockedAt || !isLocked(person.lockedAt, signon.clock.now())) return undefined
  const end = lockEndsAt(person.lockedAt)
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your GOV.UK Signon account has been locked',
    paragraphs: [
      `Your ${signonName(place)} account (${person.email}) is locked, because wrong details were entered too many times.`,
      `It unlocks at ${londonClock(end)} UK time on ${londonDate(end)}. Your GOV.UK lead or one of your organisation admins can unlock it sooner.`,
      isInvited(person)
        ? 'You have not accepted your invitation yet, and the lock does not keep you from that: follow the link in the invitation. If that was not you, somebody may be trying to get into your account, which nobody can before you have chosen a password.'
        : `If you have forgotten your password, or if that was not you, choose a new one: select “Forgot your passphrase?” at ${place.publicUrl}${paths.signIn}\nThat unlocks your account at once, unless it was wrong codes for 2-step verification that locked it.`,
    ],
  })
}
