import { daysLeft, inDays } from '#domain/api-token.ts'
import { type Letter, letter, type MailPlace, signonName } from '#domain/letter.ts'
import { londonDate } from '#domain/london-time.ts'
import type { MailOrder } from '#domain/mails.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'

/**
 * Tells the owner of a token that it expires soon; the days are counted when the mail is sent. Nothing when it was
 * revoked, has expired, or what takes its place is in use.
 */
export const apiTokenExpiringEmail = async (
  signon: Signon,
  { token: id }: MailOrder,
  place: MailPlace,
): Promise<Letter | undefined> => {
  const token =
    id === undefined ? undefined : await signon.single.apiTokenNotices.seekExpiring(id as ApiTokenId)
  if (!token) return undefined
  const when = inDays(daysLeft(token.expiresAt, signon.clock.now()))
  const tokens = `${place.publicUrl}${pathTo(paths.apiUserTokens, { id: token.user })}`
  return letter(place, {
    to: token.ownerEmail,
    name: null,
    subject: `An access token for ${token.application} expires ${when}`,
    paragraphs: [
      `The access token of ${token.userName} for ${token.application} in ${signonName(place)} expires ${when}, on ${londonDate(token.expiresAt)}. It begins with ${token.visiblePrefix}.`,
      token.purpose === null ? '' : `What it is for: ${token.purpose}`,
      'Whatever uses it is refused from then on. You need not do anything if nothing uses it any more.',
      `If it is still needed, ask a superadmin to replace it. They select “Replace” beside it at ${tokens}`,
      'The new one stands beside it until it is in use, so nothing has to stop.',
    ],
  })
}
