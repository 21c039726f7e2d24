import { type Letter, letter, type MailPlace, oneLine, signonName } from '#domain/letter.ts'
import type { MailOrder, TwoStepChange } from '#domain/mails.ts'
import type { Signon } from '#store/signon.ts'
import { paths } from '#web/paths.ts'

/** Says which way to pass the second step came, went or was used (`reference/accounts-and-sign-in.md` 13, mail 10). */
export const twoStepChangedEmail = async (
  signon: Signon,
  { user, twoStepChange }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  if (!person || !twoStepChange) return undefined
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
      sentenceOf(twoStepChange, `your ${signonName(place)} account`),
      `You have ${left.join(', ')} and ${codes} now: ${place.publicUrl}${paths.devices}`,
      'If that was not you, choose a new password and contact your GOV.UK lead or one of your organisation admins at once.',
    ],
  })
}

const sentenceOf = (what: TwoStepChange, account: string): string => {
  switch (what.change) {
    case 'app added':
      return `The authenticator app “${oneLine(what.name)}” was added to ${account}. From now on its codes pass 2-step verification.`
    case 'passkey added':
      return `The passkey “${oneLine(what.name)}” was added to ${account}. From now on it signs in to it.`
    case 'app removed':
      return `The authenticator app “${oneLine(what.name)}” was removed from ${account}. Its codes do not work any more.`
    case 'passkey removed':
      return `The passkey “${oneLine(what.name)}” was removed from ${account}. It does not work any more.`
    case 'recovery code used':
      return `One of the recovery codes of ${account} was used instead of a device. It does not work any more.`
    case 'recovery codes made':
      return `New recovery codes were made for ${account}. Those that you had before do not work any more.`
  }
}

const amount = (count: number, thing: string): string =>
  `${count === 0 ? 'no' : count} ${thing}${count === 1 ? '' : 's'}`
