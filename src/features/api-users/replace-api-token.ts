import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, invariant } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'
import { type CreatedApiToken, issueToken } from './issue-token.ts'

export interface ReplaceApiToken {
  readonly user: UserId
  readonly token: ApiTokenId
  /** How long the new one lives. */
  readonly days: number
  /** Of the form: a second one with the same key makes no second token. */
  readonly requestKey: string
}

/**
 * Makes a token for the same application, purpose and owner beside one that is not revoked, which stays good. Throws
 * `NotFound` for another's token, `Conflict` when it was revoked or has a replacement, and as `issueToken` does.
 */
export const replaceApiToken = (
  signon: Signon,
  actor: Actor,
  { user: id, token: tokenId, days, requestKey }: ReplaceApiToken,
): Promise<CreatedApiToken> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'create an API token', { id, kind: 'machine' })
    const token = await work.apiTokens.findOf(id, tokenId)
    const application = await work.applications.seek(token.application.id)
    invariant(application, 'a token belongs to an application')
    const terms = { days, purpose: token.purpose ?? '', ownerEmail: token.ownerEmail ?? user.email }
    if (token.revokedAt !== null) throw new Conflict('This token was revoked. Create a new one instead.')
    if ((await work.apiTokens.isReplaced(tokenId)) && !(await work.apiTokens.isMadeFor(requestKey)))
      throw new Conflict('This token has been replaced already. Revoke its replacement first if it was lost.')
    return issueToken(signon, work, actor, { user, application, terms, replaces: tokenId, requestKey })
  })
