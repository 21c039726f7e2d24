import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { administratorFor, lockUserFor } from '#store/administration.ts'
import type { ApiToken, ApiTokenId } from '#store/api-tokens.ts'
import type { Signon, Work } from '#store/signon.ts'

/** Ends a token at once. What its owner holds stays. Throws `NotFound`, and `Conflict` when it was revoked already. */
export const revokeApiToken = (signon: Signon, actor: Actor, id: ApiTokenId): Promise<ApiToken> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'revoke an API token')
    return revoke(work, actor, await work.apiTokens.find(id))
  })

/** The same for a token of this API user; another's is not found. */
export const revokeTokenOf = (
  signon: Signon,
  actor: Actor,
  user: UserId,
  id: ApiTokenId,
): Promise<ApiToken> =>
  signon.transaction(async (work) => {
    await lockUserFor(work, actor, 'revoke an API token', { id: user, kind: 'machine' })
    return revoke(work, actor, await work.apiTokens.findOf(user, id))
  })

const revoke = async (work: Work, actor: Actor, token: ApiToken): Promise<ApiToken> => {
  if (!(await work.apiTokens.revoke(token.id)))
    throw new Conflict(`API token ${token.id} was revoked already.`)
  await work.record(
    { name: 'api-token-revoked', about: token.user, application: token.application.id },
    actor,
  )
  return { ...token, revokedAt: work.now }
}
