import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { Conflict, enforce } from '#kernel/failure.ts'
import type { ApiToken, ApiTokenId } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'

/** Ends a token at once. What its owner holds stays. Throws `NotFound`, and `Conflict` when it was revoked already. */
export const revokeApiToken = (signon: Signon, actor: Actor, id: ApiTokenId): Promise<ApiToken> =>
  signon.transaction(async (work) => {
    enforce(mayAdminister(actor, 'revoke an API token'))
    const token = await work.apiTokens.find(id)
    if (!(await work.apiTokens.revoke(id))) throw new Conflict(`API token ${id} was revoked already.`)
    await work.record(
      { name: 'api-token-revoked', about: token.user, application: token.application.id },
      actor,
    )
    return { ...token, revokedAt: work.now }
  })
