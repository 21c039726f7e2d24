import { type TokenFaults, termFaults, typedDays, usualDays } from '#domain/api-token.ts'
import { randomSecret } from '#kernel/token.ts'
import { findUserFor } from '#store/administration.ts'
import { apiUserBreadcrumbs, apiUserOf } from '#web/about-api-user.ts'
import type { Page } from '#web/page.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type NewTokenView, newTokenPage } from './api-tokens.page.ts'
import { askForApiToken } from './create-api-token.ts'
import { refuseSuspended, requestKeyOf, showOnce } from './token-answers.route.ts'

const may = 'create an API token'
const config = { may } as const

/** Gives an API user a token. */
export const newTokenRoutes: Routes = (scope, signon) => {
  const facts = (request: Request) =>
    signon.read(async (stores) => {
      const user = await findUserFor(stores, actorOf(request), may, apiUserOf(request))
      refuseSuspended(user)
      const applications = await stores.applications.list()
      return { user, applications: applications.filter(({ retiredAt }) => retiredAt === null) }
    })
  const page = (
    { user, applications }: Awaited<ReturnType<typeof facts>>,
    typed?: NewTokenView['typed'],
    faults: TokenFaults = {},
  ): Page =>
    newTokenPage({
      name: user.name,
      applications,
      typed: typed ?? { application: '', purpose: '', ownerEmail: user.email, days: String(usualDays) },
      faults,
      requestKey: randomSecret(signon.random),
      breadcrumbs: apiUserBreadcrumbs(user),
      cancelPath: pathTo(paths.apiUserTokens, { id: user.id }),
    })

  scope.get(paths.apiTokenNew, { config }, async (request, reply) => reply.page(page(await facts(request))))

  scope.post(paths.apiTokenNew, { config }, async (request, reply) => {
    const [found, typed] = [await facts(request), typedIn(request)]
    const terms = { ...typed, days: typedDays(typed.days) }
    const application = found.applications.find(({ id }) => String(id) === typed.application)
    const faults = {
      ...(!application && { application: 'Select an application' }),
      ...termFaults(terms, found.user.email),
    }
    if (!application || Object.keys(faults).length > 0) return reply.page(page(found, typed, faults), 422)

    const [user, requestKey] = [found.user, requestKeyOf(request)]
    const asked = { ...terms, user: user.id, application: application.id, requestKey }
    return showOnce(reply, user, false, () => askForApiToken(signon, actorOf(request), asked))
  })
}

const typedIn = ({ body }: Request): NewTokenView['typed'] => ({
  application: onlyText(body, 'authorisation[application_id]') ?? '',
  purpose: onlyText(body, 'authorisation[purpose]') ?? '',
  ownerEmail: onlyText(body, 'authorisation[owner_email]') ?? '',
  days: onlyText(body, 'authorisation[days]') ?? '',
})
