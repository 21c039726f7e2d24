import { lifetimeFault, typedDays, usualDays } from '#domain/api-token.ts'
import { Conflict } from '#kernel/failure.ts'
import { randomSecret } from '#kernel/token.ts'
import { findUserFor } from '#store/administration.ts'
import { apiUserBreadcrumbs, apiUserOf } from '#web/about-api-user.ts'
import type { Page } from '#web/page.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { replaceTokenPage } from './api-tokens.page.ts'
import { tokenAmong, tokenIdOf } from './api-tokens.route.ts'
import { replaceApiToken } from './replace-api-token.ts'
import { refuseSuspended, requestKeyOf, showOnce } from './token-answers.route.ts'
import { tokenView } from './token-words.route.ts'

const may = 'create an API token'
const config = { may } as const

/** Gives an API user a token beside one that it has. */
export const replaceTokenRoutes: Routes = (scope, signon) => {
  const facts = (request: Request) =>
    signon.read(async (stores) => {
      const user = await findUserFor(stores, actorOf(request), may, apiUserOf(request))
      refuseSuspended(user)
      return { user, token: tokenAmong(await stores.apiUserPages.tokens(user.id), request) }
    })
  const page = (
    { user, token }: Awaited<ReturnType<typeof facts>>,
    days: string,
    fault: string | null,
  ): Page =>
    replaceTokenPage({
      name: user.name,
      token: tokenView(token, signon.clock.now()),
      days,
      fault,
      requestKey: randomSecret(signon.random),
      breadcrumbs: apiUserBreadcrumbs(user),
      cancelPath: pathTo(paths.apiUserTokens, { id: user.id }),
    })

  scope.get(paths.apiTokenReplace, { config }, async (request, reply) => {
    const found = await facts(request)
    if (found.token.newer) throw new Conflict('This token has been replaced already.')
    return reply.page(page(found, String(usualDays), null))
  })

  scope.post(paths.apiTokenReplace, { config }, async (request, reply) => {
    const found = await facts(request)
    const typed = onlyText(request.body, 'authorisation[days]') ?? ''
    const days = typedDays(typed)
    const fault = lifetimeFault(days)
    if (fault !== undefined) return reply.page(page(found, typed, fault), 422)

    const requestKey = requestKeyOf(request)
    const asked = { user: found.user.id, token: tokenIdOf(request), days, requestKey }
    return showOnce(reply, found.user, true, () => replaceApiToken(signon, actorOf(request), asked))
  })
}
