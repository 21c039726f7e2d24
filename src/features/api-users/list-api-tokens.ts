import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { ApiToken } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'

/** Every token of every API user, live or not. Their texts are gone. */
export const listApiTokens = async (signon: Signon, actor: Actor): Promise<readonly ApiToken[]> => {
  enforce(mayAdminister(actor, 'list API tokens'))
  return signon.read(({ apiTokens }) => apiTokens.list())
}
