import { type Letter, letter, type MailPlace, oneLine } from '#domain/letter.ts'
import type { MailOrder } from '#domain/mails.ts'
import { usersInWords } from '#domain/user.ts'
import type { Signon } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'

/**
 * Tells those who watch over Signon that somebody has sent a batch of invitations, under the subject that their mail
 * boxes look for (`reference/background-and-operations.md` 2). Nothing when nobody is to be told.
 */
export const batchBegunEmail = async (
  signon: Signon,
  { user, batch: id }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const creator = await signon.single.users.seek(user)
  const batch = id && (await signon.single.batchList.seek(id))
  if (place.alertsEmail === undefined || !creator || !batch) return undefined
  const happened = `${oneLine(creator.name)} created a batch of ${usersInWords(batch.users)}`
  const where = place.environment === 'production' ? '' : ` in ${place.environment}`
  const drafted = letter(place, {
    to: place.alertsEmail,
    name: null,
    subject: '',
    paragraphs: [
      `${happened}${where}. They are being invited now.`,
      `To see how far that has come: ${place.publicUrl}${pathTo(paths.batch, { id: batch.id })}`,
    ],
  })
  return { ...drafted, subject: `[SIGNON] ${happened}${where}`.replaceAll(/\s+/g, ' ') }
}
