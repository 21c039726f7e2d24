import { deviceOf } from '#domain/device.ts'
import { eventWords, hiddenEvents } from '#domain/event-log.ts'
import { shortLondonMoment } from '#domain/london-time.ts'
import type { UserId } from '#domain/user.ts'
import { Invalid } from '#kernel/failure.ts'
import { rowId } from '#kernel/token.ts'
import type { EventPlace, LoggedEvent } from '#store/events.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type AccessLogView, accessLogPage } from './access-log.page.ts'

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
        events: events.map((event) => rowOf(event, id)),
        isLater: before !== undefined,
        olderAddress: last ? `${paths.accessLog}?before=${last.at.getTime()}-${last.id}` : null,
      }),
    )
  })

  scope.get(paths.formerAccessLog, async (_request, reply) => reply.redirect(paths.accessLog, 301))
}

/** The place that `before` names. It is a place in one's own log only, whatever somebody writes there. */
const placeIn = (query: unknown): EventPlace | undefined => {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'before')) return undefined
  const [, milliseconds, written = ''] = /^(\d{1,14})-(\d+)$/.exec(onlyText(query, 'before') ?? '') ?? []
  const id = rowId(written)
  if (milliseconds === undefined || id === undefined)
    throw new Invalid('The log has no page of this address. Start again from the newest events.')
  return { at: new Date(Number(milliseconds)), id }
}

const rowOf = (event: LoggedEvent, reader: UserId): AccessLogView['events'][number] => ({
  time: shortLondonMoment(event.at),
  words: [
    eventWords(event.number),
    event.application && `for ${event.application}`,
    actorWords(event, reader),
    event.note,
  ]
    .filter(Boolean)
    .join(' '),
  from: [event.address, event.userAgent && deviceOf(event.userAgent)].filter(Boolean).join(', '),
})

const actorWords = ({ actorKind, actorId, actor }: LoggedEvent, reader: UserId): string | null => {
  if (actorId === reader) return 'by you'
  if (actorKind === 'signon') return 'by Signon'
  return actor && `by ${actor}`
}
