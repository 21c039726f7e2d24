import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { isInvited } from '#domain/user-status.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/**
 * Invites somebody to set their first password, by a link that is made now and ends the one before
 * (`reference/accounts-and-sign-in.md` 7 and 13, mail 1). Nothing once they have accepted, are suspended or gone.
 */
export const invitationEmail = (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> =>
  signon.transaction(async (work) => {
    const person = await work.users.seekAndLock(user)
    if (!person || !isInvited(person) || person.suspendedAt !== null) return undefined
    const token = await work.accountTokens.issue(user, 'invitation')
    const link = (path: string): string => `${place.publicUrl}${path}?invitation_token=${token}`
    return letter(place, {
      to: person.email,
      name: person.name,
      subject: 'Set up your GOV.UK publishing account',
      paragraphs: [
        `Your ${signonName(place)} account (${person.email}) is ready. Use this link to set a password:`,
        link(paths.acceptInvitation),
        'The link works for 2 weeks. After that, ask whoever invited you to send you a new one.',
        `If you do not need an account, you do not have to do anything. Or have it deleted: ${link(paths.declineInvitation)}`,
      ],
    })
  })
