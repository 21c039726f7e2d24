import type { Actor } from '#domain/events.ts'
import { administratorFor } from '#store/administration.ts'
import type { ApiToken } from '#store/api-tokens.ts'
import type { Signon } from '#store/signon.ts'

/** Every token of every API user, live or not. Their texts are gone. */
export const listApiTokens = (signon: Signon, actor: Actor): Promise<readonly ApiToken[]> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actor, 'list API tokens')
    return stores.apiTokens.list()
  })
