import { deviceOf } from '#domain/device.ts'
import { londonDate, shortLondonMoment } from '#domain/london-time.ts'
import type { SessionMethod } from '#domain/session.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowId, type TimeOrderedId } from '#kernel/token.ts'
import type { ListedBrowser, ListedSession } from '#store/session-list.ts'
import { paths } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
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
        sessions: sessions.map((session) => sessionView(session, id)).sort(thisFirst),
        browsers: browsers.map(browserView),
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

const methods = {
  password: 'Password',
  code: 'Password and code',
  remembered: 'Password, in a remembered browser',
  'recovery-code': 'Password and recovery code',
  passkey: 'Passkey',
} as const satisfies Record<SessionMethod, string>

const sessionView = (session: ListedSession, current: TimeOrderedId): SessionsView['sessions'][number] => ({
  id: session.id,
  device: deviceOf(session.userAgent),
  isThis: session.id === current,
  begun: shortLondonMoment(session.begunAt),
  lastUsed: shortLondonMoment(session.lastSeenAt),
  address: session.address ?? 'Unknown',
  how: session.level === 'full' ? methods[session.method] : 'Password; the second step is still to be passed',
})

const thisFirst = (one: SessionsView['sessions'][number], other: SessionsView['sessions'][number]): number =>
  Number(other.isThis) - Number(one.isThis)

const browserView = (browser: ListedBrowser): SessionsView['browsers'][number] => ({
  id: browser.id,
  device: deviceOf(browser.userAgent),
  remembered: shortLondonMoment(browser.rememberedAt),
  lastUsed: shortLondonMoment(browser.lastUsedAt),
  until: londonDate(browser.expiresAt),
  address: browser.address ?? 'Unknown',
})
