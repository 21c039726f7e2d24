import { NotFound } from '#kernel/failure.ts'
import { rowId, type TimeOrderedId } from '#kernel/token.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { browserLine, sessionLine } from '#web/session-lines.ts'
import { onlyText } from '#web/urlencoded.ts'
import { endUserSession, endUserSessions, forgetUserBrowser } from './end-user-sessions.ts'
import { backToUser, isOneself } from './person.route.ts'
import { userSessionsPage } from './user-sessions.page.ts'

const may = 'end sessions of a user'

export const userSessionsRoutes: Routes = (scope, signon) => {
  scope.get(paths.userSessions, { config: { may } }, async (request, reply) => {
    if (isOneself(request)) return reply.redirect(paths.sessions, 302)
    const { user, sessions, browsers } = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), may, personOf(request))
      return {
        user: found,
        sessions: await stores.sessionList.sessions(found.id),
        browsers: await stores.sessionList.browsers(found.id),
      }
    })
    const { id, name } = user
    return reply.page(
      userSessionsPage({
        name,
        breadcrumbs: userBreadcrumbs(user),
        sessions: sessions.map((session) => ({
          ...sessionLine(session),
          endPath: pathTo(paths.userEndSession, { id, session: session.id }),
        })),
        browsers: browsers.map((browser) => ({
          ...browserLine(browser),
          forgetPath: pathTo(paths.userForgetBrowser, { id, browser: browser.id }),
        })),
        endAllPath: pathTo(paths.userEndSessions, { id }),
        userPath: pathTo(paths.user, { id }),
      }),
    )
  })

  scope.post(paths.userEndSessions, { config: { may } }, async (request, reply) => {
    const { name } = await endUserSessions(signon, actorOf(request), personOf(request))
    return backToUser(request, reply, `${name} has been signed out everywhere.`)
  })

  scope.post(paths.userEndSession, { config: { may } }, async (request, reply) => {
    await endUserSession(signon, actorOf(request), personOf(request), numberOf(request, 'session'))
    request.browser.flash('session-ended')
    return backToSessions(request, reply)
  })

  scope.post(paths.userForgetBrowser, { config: { may } }, async (request, reply) => {
    await forgetUserBrowser(signon, actorOf(request), personOf(request), numberOf(request, 'browser'))
    request.browser.flash('browser-forgotten')
    return backToSessions(request, reply)
  })
}

const backToSessions = (request: Request, reply: Reply): Reply =>
  reply.redirect(pathTo(paths.userSessions, { id: personOf(request).id }), 303)

const numberOf = ({ params }: Request, name: string): TimeOrderedId => {
  const id = rowId(onlyText(params, name) ?? '')
  if (id === undefined) throw new NotFound('There is nothing of this number.')
  return id
}
