import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import type { LoggedEvent } from '#store/events.ts'
import { linkedEventLine, olderThan, placeIn } from '#web/event-lines.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { eventChoices, eventNumberOf } from './event-groups.ts'
import { queryOf, spanOf, withQuery } from './log-filter.ts'
import { readSecurityLog } from './read-log.ts'
import { type SecurityLine, securityLogPage } from './security-log.page.ts'

const eventsOnPage = 50

export const securityLogRoutes: Routes = (scope, signon) => {
  scope.get(paths.recordsEvents, { config: { may: 'read the security log' } }, async (request, reply) => {
    const { query } = request
    const actorKind = actorKindIn(query)
    const number = eventNumberOf(onlyText(query, 'event') ?? '')
    const typed = {
      actor: actorKind ?? '',
      event: number === undefined ? '' : String(number),
      from: (onlyText(query, 'from') ?? '').trim(),
      to: (onlyText(query, 'to') ?? '').trim(),
    }
    const { span, faults } = spanOf(typed)
    const isFaulty = Object.keys(faults).length > 0
    const before = placeIn(query)
    const found = await readSecurityLog(signon, actorOf(request), {
      ...span,
      before,
      actorKind,
      numbers: number === undefined ? undefined : [number],
      limit: isFaulty ? 0 : eventsOnPage + 1,
    })
    const events = found.slice(0, eventsOnPage)
    const last = found.length > eventsOnPage ? events.at(-1) : undefined
    const filter = queryOf(typed)
    return reply.page(
      securityLogPage({
        path: paths.recordsEvents,
        filter: typed,
        actors,
        choices,
        isFiltered: filter !== '',
        faults,
        events: events.map((event) => lineOf(event, sessionOf(request).user.id)),
        newestPath: before ? withQuery(paths.recordsEvents, filter) : null,
        olderPath: last ? withQuery(paths.recordsEvents, filter, olderThan(last)) : null,
      }),
      isFaulty ? 400 : 200,
    )
  })
}

const actorNames = {
  person: 'People',
  console: 'Operators, by command',
  application: 'Applications',
  signon: 'Signon itself',
} as const satisfies Record<Actor['kind'], string>

const actorKinds = Object.keys(actorNames) as readonly Actor['kind'][]
const actors = [
  { value: '', text: 'Anybody' },
  ...actorKinds.map((kind) => ({ value: kind, text: actorNames[kind] })),
]
const choices = [{ value: '', text: 'All events' }, ...eventChoices]

const actorKindIn = (query: unknown): Actor['kind'] | undefined => {
  const typed = onlyText(query, 'actor')
  return actorKinds.find((kind) => kind === typed)
}

const lineOf = (event: LoggedEvent, reader: UserId): SecurityLine => ({
  ...linkedEventLine(event, reader),
  ...(event.actorKind === 'application' && { by: event.application ?? 'An application' }),
  about: event.aboutName ?? (event.about && `an account that is gone: ${event.about}`),
  aboutPath:
    event.aboutId &&
    pathTo(event.aboutKind === 'machine' ? paths.apiUser : paths.user, { id: event.aboutId }),
})
