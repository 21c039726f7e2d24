import { daysLeft, inDays, tokenState } from '#domain/api-token.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import type { User } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import { findUserFor } from '#store/administration.ts'
import type { ApiTokenCard } from '#store/api-user-pages.ts'
import { apiUserOf } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { apiUserPage } from './api-user.page.ts'

/** The page of an API user. */
export const apiUserRoutes: Routes = (scope, signon) => {
  const may = 'look at an API user'
  scope.get(paths.apiUser, { config: { may } }, async (request, reply) => {
    const [actor, whom, now] = [actorOf(request), apiUserOf(request), signon.clock.now()]
    const { user, tokens, isSignons } = await signon.read(async (stores) => {
      const user = await findUserFor(stores, actor, may, whom)
      const { apiUserPages } = stores
      return {
        user,
        tokens: await apiUserPages.tokens(user.id),
        isSignons: await apiUserPages.isSignons(user.id),
      }
    })
    return reply.page(
      apiUserPage({
        name: user.name,
        email: user.email,
        status: userStatus(user, now),
        suspension: suspensionOf(user),
        tokens: countOf(tokens),
        warnings: isSignons ? [] : warningsOf(tokens, now),
        isSignons,
        paths: pathsOf(user),
      }),
    )
  })
}

const countOf = ({ length }: readonly ApiTokenCard[]): string =>
  `${length === 0 ? 'No' : length} ${length === 1 ? 'token' : 'tokens'}`

/** What is to be looked at, the first to expire first. What has a replacement in use can wait. */
const warningsOf = (tokens: readonly ApiTokenCard[], now: Date): readonly string[] =>
  tokens
    .flatMap(({ expiresAt, application, newer }) =>
      expiresAt !== null && tokenState(expiresAt, now) !== 'lasting' && !newer?.lastUsedAt
        ? [{ expiresAt, application }]
        : [],
    )
    .toSorted((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
    .map(({ expiresAt, application }) => {
      const when = expiresAt <= now ? 'has expired' : `expires ${inDays(daysLeft(expiresAt, now))}`
      return `The token for ${application} ${when}.`
    })

const suspensionOf = ({ suspendedAt, suspensionReason }: User) =>
  suspendedAt && { since: shortLondonMoment(suspendedAt), reason: suspensionReason ?? '' }

const pathsOf = ({ id }: User) => ({
  name: pathTo(paths.apiUserName, { id }),
  email: pathTo(paths.apiUserEmail, { id }),
  suspension: pathTo(paths.apiUserSuspension, { id }),
  newToken: pathTo(paths.apiTokenNew, { id }),
  tokens: pathTo(paths.apiUserTokens, { id }),
  applications: pathTo(paths.apiUserApplications, { id }),
  log: pathTo(paths.apiUserLog, { id }),
})
