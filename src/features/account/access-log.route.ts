import { hiddenEvents } from '#domain/event-log.ts'
import { eventLine, olderThan, placeIn } from '#web/event-lines.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { accessLogPage } from './access-log.page.ts'

const eventsOnPage = 50

export const accessLogRoutes: Routes = (scope, signon) => {
  scope.get(paths.accessLog, async (request, reply) => {
    const { query } = request
    const { id, uid, role } = sessionOf(request).user
    const before = placeIn(query)
    const asked = { about: uid, before, hidden: hiddenEvents(role), limit: eventsOnPage + 1 }
    const found = await signon.single.events.list(asked)
    const events = found.slice(0, eventsOnPage)
    const last = found.length > eventsOnPage ? events.at(-1) : undefined
    return reply.page(
      accessLogPage({
        events: events.map((event) => eventLine(event, id)),
        isLater: before !== undefined,
        olderAddress: last ? `${paths.accessLog}?${olderThan(last)}` : null,
      }),
    )
  })

  scope.get(paths.formerAccessLog, async (_request, reply) => reply.redirect(paths.accessLog, 301))
}
