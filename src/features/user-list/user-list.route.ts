import { Readable } from 'node:stream'
import { managedRoles } from '#domain/administration.policy.ts'
import { shortLondonDate } from '#domain/london-time.ts'
import { roleNames } from '#domain/user.ts'
import type { UserPosition } from '#domain/user-filter.ts'
import { countedOf } from '#kernel/count.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { ListedUser } from '#store/listed-users.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { exportUsers } from './export-users.ts'
import { filterGroups } from './filter-groups.ts'
import { filterTags } from './filter-tags.ts'
import { presentQuery } from './former-query.ts'
import { listUsers, onwardFrom, type UserList } from './list-users.ts'
import { type SelectionView, type UserListView, userListPage } from './user-list.page.ts'
import {
  addressQuery,
  areTooManySelected,
  faultsOf,
  mostSelected,
  narrowing,
  type Parameters,
  placeIn,
  placeText,
  readUserQuery,
  type UserQuery,
} from './user-query.ts'
import { usersCsv } from './users-csv.ts'
import { orderNames, twoStepNames } from './words.ts'

const may = 'list users'

/** The list of the people whom somebody looks after, and the same people as a file. */
export const userListRoutes: Routes = (scope, signon) => {
  scope.get(paths.users, { config: { may } }, async (request, reply) => {
    const parameters = request.query as Parameters
    const present = presentQuery(parameters)
    if (present !== undefined) return reply.redirect(`${paths.users}${present}`, 302)
    const query = readUserQuery(parameters)
    const list = await listUsers(signon, actorOf(request), query, placeIn(parameters, query.sort))
    const view = viewOf(query, list, areTooManySelected(parameters))
    return reply.page(userListPage(view), list.page ? 200 : 400)
  })

  // Whoever asks for the headers only would be recorded as one who has the file.
  scope.get(paths.usersCsv, { config: { may }, exposeHeadRoute: false }, (request, reply) =>
    sendFile(request, reply),
  )

  const sendFile = async (request: Request, reply: Reply): Promise<Reply> => {
    const parameters = request.query as Parameters
    const present = presentQuery(parameters)
    if (present !== undefined) return reply.redirect(`${paths.usersCsv}${present}`, 302)
    const query = readUserQuery(parameters)
    refuseFaults(Object.values(faultsOf(query)))
    const text = usersCsv(await exportUsers(signon, actorOf(request), query))
    // What fails before the first line is a page; what fails later breaks the connection off.
    const beginning = await text.next()
    return reply
      .header('content-disposition', 'attachment; filename="signon_users.csv"')
      .type('text/csv; charset=utf-8')
      .send(Readable.from(joined(beginning.value ?? '', text), { highWaterMark: 1 }))
  }
}

async function* joined(beginning: string, rest: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield beginning
  yield* rest
}

const viewOf = (query: UserQuery, list: UserList, areTooMany: boolean): UserListView => {
  const { role, page, onlyOrganisation } = list
  const faults = faultsOf(query)
  const roles = managedRoles(role)
  const onward = onwardFrom(role)
  const counted = page ? countedOf(page, 'user', 'users') : null
  const asked = addressQuery(query)
  return {
    caption: counted && (onlyOrganisation === undefined ? counted : `${counted} in ${onlyOrganisation}`),
    users: page?.users.map((user) => rowOf(user, query)) ?? [],
    search: query.filter,
    groups: filterGroups(query, list, roles, role === 'superadmin' || role === 'admin'),
    dates: datesOf(query),
    orders: Object.entries(orderNames).map(([value, text]) => ({
      value,
      text,
      selected: value === query.sort,
    })),
    tags: filterTags(query, faults, list, roles).map(({ text, without }) => ({
      text,
      href: `${paths.users}${addressQuery(without)}`,
    })),
    faults,
    isNarrowed: narrowing(query).length > 0,
    isBehindTheLast: page !== undefined && page.users.length === 0 && page.count > 0,
    toList: `${paths.users}${asked}`,
    toEverybody: `${paths.users}${addressQuery({ ...readUserQuery({}), users: query.users })}`,
    toExport:
      page && counted && page.count > 0
        ? {
            href: `${paths.usersCsv}${addressQuery({ ...query, sort: 'name', users: [] })}`,
            text: `Export ${counted.replace('More', 'more')} as CSV`,
          }
        : null,
    toInvite: onward.toInvite ? paths.inviteUser : null,
    toBatch: onward.toBatch ? paths.batchNew : null,
    toMany: onward.toMany ? paths.changeManyNew : null,
    toReset: onward.toReset ? paths.massResetNew : null,
    selection: onward.toMany ? selectionOf(query, page, areTooMany) : null,
    ...turnsOf(query, page),
  }
}

const selectionOf = (query: UserQuery, page: UserList['page'], areTooMany: boolean): SelectionView => {
  const here = new Set(page?.users.map(({ id }) => String(id)))
  const next = nextPlace(page)
  return {
    count: query.users.length,
    elsewhere: query.users.filter((id) => !here.has(id)),
    fault: areTooMany
      ? `No more than ${mostSelected} users can be selected here. To change the access of more, enter their email addresses`
      : null,
    toNobody: `${paths.users}${addressQuery({ ...query, users: [] })}`,
    next: next ? placeText(next) : null,
  }
}

const rowOf = (user: ListedUser, query: UserQuery): UserListView['users'][number] => ({
  id: user.id,
  isSelected: query.users.includes(String(user.id)),
  href: pathTo(paths.user, { id: user.id }),
  name: user.name,
  email: user.email,
  role: roleNames[user.role],
  organisation: user.organisation ?? 'None',
  status: user.status,
  twoStep: twoStepNames[user.twoStep],
  lastSignedIn: user.lastSignedInAt === null ? 'Never' : shortLondonDate(user.lastSignedInAt),
})

const datesOf = (query: UserQuery): UserListView['dates'] => [
  {
    name: 'dormant_since',
    label: 'Not signed in since',
    hint: 'For example, 27/3/2026',
    value: query.dormant_since,
  },
  {
    name: 'invited_since',
    label: 'Invited since',
    hint: 'Whether accepted or not',
    value: query.invited_since,
  },
  {
    name: 'exemption_ends_by',
    label: 'Exemption ends by',
    hint: 'From 2-step verification',
    value: query.exemption_ends_by,
  },
]

/** The pages before and after this one. */
const turnsOf = (
  query: UserQuery,
  page: UserList['page'],
): Pick<UserListView, 'previousAddress' | 'nextAddress'> => {
  const [first, next] = [page?.users[0], nextPlace(page)]
  const isBackwards = page?.place?.direction === 'before'
  const address = (more: Readonly<Record<string, string>>) => `${paths.users}${addressQuery(query, more)}`
  return {
    previousAddress:
      first && (isBackwards ? page?.isMore : page?.place)
        ? address({ before: placeText(first.position) })
        : null,
    nextAddress: next ? address({ after: placeText(next) }) : null,
  }
}

/** Where the next page begins, if there is one. */
const nextPlace = (page: UserList['page']): UserPosition | undefined =>
  page?.place?.direction === 'before' || page?.isMore ? page.users.at(-1)?.position : undefined
