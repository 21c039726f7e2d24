import { NotFound } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import type { ApiTokenId } from '#store/api-tokens.ts'
import type { ApiTokenCard } from '#store/api-user-pages.ts'
import { apiUserBreadcrumbs, apiUserOf, numberIn } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { revokeTokenPage, tokensPage } from './api-tokens.page.ts'
import { revokeTokenOf } from './revoke-api-token.ts'
import { prefixOf, tokenView } from './token-words.route.ts'

/** The tokens of an API user, and the end of one. */
export const apiTokensRoutes: Routes = (scope, signon) => {
  scope.get(paths.apiUserTokens, { config: { may: 'list API tokens' } }, async (request, reply) => {
    const [actor, whom, now] = [actorOf(request), apiUserOf(request), signon.clock.now()]
    const { user, tokens } = await signon.read(async (stores) => {
      const user = await findUserFor(stores, actor, 'list API tokens', whom)
      return { user, tokens: await stores.apiUserPages.tokens(user.id) }
    })
    const { id, name } = user
    return reply.page(
      tokensPage({
        name,
        newTokenPath: user.suspendedAt === null ? pathTo(paths.apiTokenNew, { id }) : null,
        breadcrumbs: apiUserBreadcrumbs(user),
        tokens: tokens.map((token) => ({
          ...tokenView(token, now),
          about: `token ${prefixOf(token)} giving ${name} access to ${token.application}`,
          revokePath: pathTo(paths.apiTokenRevoke, { id, token: token.id }),
          replacePath: token.newer ? null : pathTo(paths.apiTokenReplace, { id, token: token.id }),
        })),
      }),
    )
  })

  const config = { may: 'revoke an API token' } as const
  scope.get(paths.apiTokenRevoke, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), apiUserOf(request)]
    const { user, token } = await signon.read(async (stores) => {
      const user = await findUserFor(stores, actor, 'revoke an API token', whom)
      return { user, token: tokenAmong(await stores.apiUserPages.tokens(user.id), request) }
    })
    return reply.page(
      revokeTokenPage({
        name: user.name,
        token: tokenView(token, signon.clock.now()),
        breadcrumbs: apiUserBreadcrumbs(user),
        cancelPath: pathTo(paths.apiUserTokens, { id: user.id }),
      }),
    )
  })

  scope.post(paths.apiTokenRevoke, { config }, async (request, reply) => {
    const { id } = apiUserOf(request)
    const token = await revokeTokenOf(signon, actorOf(request), id, tokenIdOf(request))
    request.browser.say(`Access for ${token.application.name} was revoked`)
    return reply.redirect(pathTo(paths.apiUserTokens, { id }), 303)
  })
}

export const tokenIdOf = (request: Request): ApiTokenId => numberIn(request, 'token') as ApiTokenId

/** The token that the address names, if it is one of these. Throws `NotFound`. */
export const tokenAmong = (tokens: readonly ApiTokenCard[], request: Request): ApiTokenCard => {
  const found = tokens.find(({ id }) => id === tokenIdOf(request))
  if (!found) throw new NotFound('There is no such token, or it was revoked.')
  return found
}
