import { NotFound } from '#kernel/failure.ts'
import { rowId, type TimeOrderedId } from '#kernel/token.ts'
import { paths } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { browserLine, sessionLine } from '#web/session-lines.ts'
import { onlyText } from '#web/urlencoded.ts'
import { endOtherSessions, endSession, forgetBrowser, forgetBrowsers } from './end-sessions.ts'
import { type SessionsView, sessionsPage } from './sessions.page.ts'

export const sessionsRoutes: Routes = (scope, signon) => {
  scope.get(paths.sessions, async (request, reply) => {
    const { id, user } = sessionOf(request)
    const [sessions, browsers] = await signon.read(async ({ sessionList }) => [
      await sessionList.sessions(user.id),
      await sessionList.browsers(user.id),
    ])
    return reply.page(
      sessionsPage({
        sessions: sessions
          .map((session) => ({ ...sessionLine(session), isThis: session.id === id }))
          .sort(thisFirst),
        browsers: browsers.map(browserLine),
      }),
    )
  })

  scope.post(paths.endSession, async (request, reply) => {
    await endSession(signon, actorOf(request), sessionOf(request), idOf(request))
    request.browser.flash('session-ended')
    return reply.redirect(paths.sessions, 303)
  })

  scope.post(paths.endOtherSessions, async (request, reply) => {
    await endOtherSessions(signon, actorOf(request), sessionOf(request))
    request.browser.flash('sessions-ended')
    return reply.redirect(paths.sessions, 303)
  })

  scope.post(paths.forgetBrowser, async (request, reply) => {
    await forgetBrowser(signon, actorOf(request), sessionOf(request), idOf(request))
    request.browser.flash('browser-forgotten')
    return reply.redirect(paths.sessions, 303)
  })

  scope.post(paths.forgetBrowsers, async (request, reply) => {
    await forgetBrowsers(signon, actorOf(request), sessionOf(request))
    request.browser.flash('browsers-forgotten')
    return reply.redirect(paths.sessions, 303)
  })
}

const idOf = ({ params }: Request): TimeOrderedId => {
  const id = rowId(onlyText(params, 'id') ?? '')
  if (id === undefined) throw new NotFound('There is nothing of this number.')
  return id
}

const thisFirst = (one: SessionsView['sessions'][number], other: SessionsView['sessions'][number]): number =>
  Number(other.isThis) - Number(one.isThis)
