import type { UserId, UserKind } from '#domain/user.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import { linkedEventLine, olderThan, placeIn } from '#web/event-lines.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type EventGroup, eventGroups, groupNames, numbersOf } from './event-groups.ts'
import { queryOf, spanOf, withQuery } from './log-filter.ts'
import { readUserLog } from './read-log.ts'
import { type UserLogView, userLogPage } from './user-log.page.ts'

const eventsOnPage = 50

/** What is different between the log of a person and that of an API user. */
interface Whose {
  readonly kind: UserKind
  readonly path: string
  readonly caption: string
  readonly breadcrumbs: (user: { readonly id: UserId; readonly name: string }) => UserLogView['breadcrumbs']
}

const ofPerson: Whose = {
  kind: 'person',
  path: paths.userAccessLog,
  caption: 'Manage other users',
  breadcrumbs: userBreadcrumbs,
}

const ofMachine: Whose = {
  kind: 'machine',
  path: paths.apiUserLog,
  caption: 'Manage API users',
  breadcrumbs: ({ id, name }) => [
    { text: 'API users', href: paths.apiUsers },
    { text: name, href: pathTo(paths.apiUser, { id }) },
  ],
}

export const userLogRoutes: Routes = (scope, signon) => {
  const show = async (request: Request, reply: Reply, whose: Whose): Promise<Reply> => {
    const { query } = request
    const group = groupIn(query)
    const typed = {
      kind: group ?? '',
      from: (onlyText(query, 'from') ?? '').trim(),
      to: (onlyText(query, 'to') ?? '').trim(),
    }
    const { span, faults } = spanOf(typed)
    const isFaulty = Object.keys(faults).length > 0
    const before = placeIn(query)
    const whom = { id: personOf(request).id, kind: whose.kind }
    const { user, events: found } = await readUserLog(signon, actorOf(request), whom, {
      ...span,
      before,
      numbers: group && numbersOf(group),
      limit: isFaulty ? 0 : eventsOnPage + 1,
    })
    const events = found.slice(0, eventsOnPage)
    const last = found.length > eventsOnPage ? events.at(-1) : undefined
    const path = pathTo(whose.path, { id: user.id })
    const filter = queryOf(typed)
    return reply.page(
      userLogPage({
        name: user.name,
        caption: whose.caption,
        breadcrumbs: whose.breadcrumbs(user),
        path,
        filter: typed,
        kinds,
        isFiltered: filter !== '',
        faults,
        events: events.map((event) => linkedEventLine(event, sessionOf(request).user.id)),
        newestPath: before ? withQuery(path, filter) : null,
        olderPath: last ? withQuery(path, filter, olderThan(last)) : null,
      }),
      isFaulty ? 400 : 200,
    )
  }

  scope.get(paths.userAccessLog, { config: { may: 'read the log of a user' } }, async (request, reply) =>
    // One's own is a page of one's own.
    personOf(request).id === sessionOf(request).user.id
      ? reply.redirect(paths.accessLog, 302)
      : show(request, reply, ofPerson),
  )

  scope.get(paths.apiUserLog, { config: { may: 'look at an API user' } }, (request, reply) =>
    show(request, reply, ofMachine),
  )
}

const kinds = [
  { value: '', text: 'All kinds' },
  ...eventGroups.map((group) => ({ value: group, text: groupNames[group] })),
]

const groupIn = (query: unknown): EventGroup | undefined => {
  const typed = onlyText(query, 'kind')
  return eventGroups.find((group) => group === typed)
}
