import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * To somebody whose password was reset with those of many others: a link to choose another one. It is made only now, so
 * its six hours begin with the mail, and goes to the address that they have when it is made. Whoever has a password
 * again, or cannot sign in, is not written to.
 */
export const passwordResetForcedEmail = (
  signon: Signon,
  order: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> =>
  signon.transaction(async (work) => {
    const user = await work.users.seekAndLock(order.user)
    if (user?.kind !== 'person' || user.suspendedAt !== null) return undefined
    if (await work.passwords.has(user.id)) return undefined
    const token = await work.accountTokens.issue(user.id, 'password-reset')
    return letter(place, {
      to: user.email,
      name: user.name,
      subject: `Your ${signonName(place)} password was reset`,
      paragraphs: [
        `An administrator has reset the password of your ${signonName(place)} account. The old one does not work any more, and you have been signed out everywhere.`,
        'To choose a new password, go to:',
        `${place.publicUrl}${paths.resetPassword}?reset_password_token=${token}`,
        `The link works once, and for 6 hours. When it is too old, ask for a new one at ${place.publicUrl}${paths.forgottenPassword}.`,
        'Your 2-step verification and your permissions stay as they are.',
      ],
    })
  })
