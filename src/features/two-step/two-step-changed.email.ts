import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Says that something about the devices of the second step changed (`reference/accounts-and-sign-in.md` 13, mail 10). */
export const twoStepChangedEmail = async (
  signon: Signon,
  { user }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person) return undefined
  const { secondFactors, passkeys, recoveryCodes } = signon.single
  const left = [
    amount((await secondFactors.list(user)).length, 'authenticator app'),
    amount((await passkeys.list(user)).length, 'passkey'),
  ]
  const codes = amount(await recoveryCodes.count(user), 'recovery code')
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your 2-step verification has been changed',
    paragraphs: [
      `A device for 2-step verification was added to your ${signonName(place)} account or removed from it, or one of its recovery codes was used.`,
      `You have ${left.join(', ')} and ${codes} now: ${place.publicUrl}${paths.devices}`,
      'If that was not you, choose a new password and contact your GOV.UK lead or one of your organisation admins at once.',
    ],
  })
}

const amount = (count: number, thing: string): string =>
  `${count === 0 ? 'no' : count} ${thing}${count === 1 ? '' : 's'}`
