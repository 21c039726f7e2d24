import { type Letter, letter, type MailPlace, oneLine, signonName } from '#domain/letter.ts'
import { dayInWords, londonDay } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import { daysUntil } from '#domain/two-step.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Tells somebody, or whoever granted it, that an exemption ends soon; the days are counted when the mail is sent.
 * Nothing when there is no exemption any more, or one that ends later.
 */
export const exemptionEndingEmail = async (
  signon: Signon,
  { user, to, days: daysAsked = 0 }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const person = await signon.single.users.seek(user)
  const exemption = person && (await signon.single.twoStep.find(user)).exemption
  if (!person || !exemption) return undefined
  const days = daysUntil(exemption.until, londonDay(signon.clock.now()))
  if (days < 1 || days > daysAsked) return undefined

  const when = `${days === 1 ? 'tomorrow' : `in ${days} days`}, on ${dayInWords(exemption.until)}`
  if (to !== undefined) return toGranter(signon, to, person, when, place)
  return letter(place, {
    to: person.email,
    name: person.name,
    subject: 'Your exemption from 2-step verification ends soon',
    paragraphs: [
      `You do not have to use 2-step verification for your ${signonName(place)} account now. That ends ${when}.`,
      `You will be asked to set up 2-step verification then, and can do so at any time before: ${place.publicUrl}`,
      'If you cannot use an authenticator app, tell your GOV.UK lead or one of your organisation admins in good time.',
    ],
  })
}

const toGranter = async (
  signon: Signon,
  to: string,
  person: { readonly name: string; readonly email: string },
  when: string,
  place: MailPlace,
): Promise<Letter> => {
  const granter = await signon.single.users.seekByEmail(to)
  return letter(place, {
    to,
    name: granter?.name ?? null,
    subject: `The exemption of ${person.name} from 2-step verification ends soon`,
    paragraphs: [
      `You exempted ${oneLine(person.name)} (${person.email}) from 2-step verification for ${signonName(place)}. That ends ${when}.`,
      'They will be asked to set up 2-step verification then. If they still cannot, change the date of their exemption.',
    ],
  })
}
