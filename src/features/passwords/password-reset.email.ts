import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { User } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * To whoever asked for another password: a link, or why there is none. Making the link ends the one before. The account
 * is held meanwhile: a link that went to an address which is theirs no more would outlive the change.
 */
export const passwordResetEmail = (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> =>
  signon.transaction(async (work) => {
    const user = await work.users.seekAndLock(order.user)
    if (user?.kind !== 'person') return undefined
    if (user.suspendedAt !== null) return toSuspended(user, place)
    if (isInvited(user)) return toInvited(user, place)
    return withLink(user, place, await work.accountTokens.issue(user.id, 'password-reset'))
  })

const withLink = ({ name, email }: User, place: MailPlace, token: string): Letter =>
  letter(place, {
    to: email,
    name,
    subject: 'Reset password for GOV.UK publishing account',
    paragraphs: [
      `Somebody asked for a new password for your ${signonName(place)} account. To choose one, go to:`,
      `${place.publicUrl}${paths.resetPassword}?reset_password_token=${token}`,
      'The link works once, and for 6 hours.',
      'If it was not you who asked, ignore this email: your password stays as it is.',
    ],
  })

const toSuspended = ({ name, email }: User, place: MailPlace): Letter =>
  letter(place, {
    to: email,
    name,
    subject: `Cannot reset password on suspended ${signonName(place)} account`,
    paragraphs: [
      `Somebody asked for a new password for your ${signonName(place)} account. You cannot choose one, because the account is suspended.`,
      'Ask your GOV.UK lead or one of your organisation admins to unsuspend it. Then ask for a new password again.',
      'If it was not you who asked, you need not do anything.',
    ],
  })

const toInvited = ({ name, email }: User, place: MailPlace): Letter =>
  letter(place, {
    to: email,
    name,
    subject: `Cannot reset password on inactive ${signonName(place)} account`,
    paragraphs: [
      `Somebody asked for a new password for your ${signonName(place)} account. You have not set up the account yet, so it has no password.`,
      'Use the link in the email that invited you. It works for 2 weeks: if it is older, ask your GOV.UK lead or one of your organisation admins to have a new invitation sent.',
      'If it was not you who asked, you need not do anything.',
    ],
  })
