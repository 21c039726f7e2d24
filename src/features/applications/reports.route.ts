import type { ApplicationId } from '#domain/application.ts'
import { deviceOf } from '#domain/device.ts'
import { titleOf } from '#domain/letter.ts'
import { londonDay, shortLondonMoment } from '#domain/london-time.ts'
import { roleNames } from '#domain/user.ts'
import type { UserPosition } from '#domain/user-filter.ts'
import { countedOf, thousands } from '#kernel/count.ts'
import { Invalid } from '#kernel/failure.ts'
import type { Authorisation, UserWithAccess } from '#store/application-pages.ts'
import type { Signon, Stores } from '#store/signon.ts'
import { olderThan, placeIn } from '#web/event-lines.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { applicationIdOf } from './applications.route.ts'
import { monthChart, monthName, monthsBack } from './month-chart.ts'
import {
  type AuthorisationLogView,
  authorisationLogPage,
  statisticsPage,
  type UsersWithAccessView,
  usersWithAccessPage,
} from './reports.page.ts'
import { readApplication } from './show-application.ts'

const rowsOnPage = 100
/** This month, and the 24 before it that the log reaches back to. */
const monthsOffered = 25

/** Who may use an application, who did, and how many; of retired ones, too. */
export const reportRoutes =
  (environment: string): Routes =>
  (scope, signon) => {
    const may = { config: { may: 'look at an application' } } as const
    const otherEnvironment = environment === 'production' ? null : titleOf(environment)

    scope.get(paths.applicationUsers, may, async (request, reply) => {
      const id = applicationIdOf(request)
      const behind = userPlaceIn(request.query)
      const [{ about, more }, people] = await Promise.all([
        read(signon, request, ({ applicationPages }) =>
          applicationPages.usersWithAccess(id, { behind, limit: rowsOnPage }),
        ),
        signon.single.applicationPages.countUsersWithAccess(id),
      ])
      const last = more.isMore ? more.users.at(-1)?.position : undefined
      const address = pathTo(paths.applicationUsers, { id })
      return reply.page(
        usersWithAccessPage({
          ...about,
          people: countedOf(people, 'person', 'people'),
          users: more.users.map(userView),
          firstAddress: behind ? address : null,
          nextAddress: last ? `${address}?before=${last.key}-${last.id}` : null,
        }),
      )
    })

    scope.get(paths.applicationLog, may, async (request, reply) => {
      const id = applicationIdOf(request)
      const before = placeIn(request.query)
      const asked = { month: monthIn(request.query), includesTests: includesTests(request.query) }
      const limit = rowsOnPage + 1
      const { about, more } = await read(signon, request, ({ applicationPages }) =>
        applicationPages.authorisations(id, { ...asked, before, limit }),
      )
      const events = more.slice(0, rowsOnPage)
      const last = more.length > rowsOnPage ? events.at(-1) : undefined
      return reply.page(
        authorisationLogPage({
          ...about,
          otherEnvironment,
          includesTests: asked.includesTests,
          action: pathTo(paths.applicationLog, { id }),
          months: monthItems(asked.month, londonDay(signon.clock.now()).slice(0, 7)),
          events: events.map(authorisationView),
          newestAddress: before ? logAddress(id, asked) : null,
          olderAddress: last ? logAddress(id, asked, olderThan(last)) : null,
        }),
      )
    })

    scope.get(paths.applicationStatistics, may, async (request, reply) => {
      const id = applicationIdOf(request)
      const tests = includesTests(request.query)
      const { about, more } = await read(signon, request, ({ applicationMonths }) =>
        applicationMonths.list(id, tests),
      )
      return reply.page(
        statisticsPage({
          ...about,
          otherEnvironment,
          includesTests: tests,
          action: pathTo(paths.applicationStatistics, { id }),
          months: more.map(({ month, authorisations, people }) => ({
            month,
            authorisations: thousands(authorisations),
            people: thousands(people),
            logAddress: logAddress(id, { month, includesTests: tests }),
          })),
          chart: monthChart(more.map(({ month, authorisations }) => ({ month, figure: authorisations }))),
        }),
      )
    })
  }

/** What a report is about, and more of it. */
const read = async <More>(signon: Signon, request: Request, reading: (stores: Stores) => Promise<More>) => {
  const id = applicationIdOf(request)
  const { application, more } = await readApplication(
    signon,
    actorOf(request),
    'look at an application',
    id,
    reading,
  )
  const about = {
    applicationName: application.settings.name,
    applicationAddress: pathTo(paths.application, { id }),
  }
  return { about, more }
}

/** Behind whom the list goes on: `before` of the query, microseconds since 1970 or `never`, and an id. */
const userPlaceIn = (query: unknown): UserPosition | undefined => {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'before')) return undefined
  const [, key, id] = /^(\d{1,16}|never)-([1-9]\d{0,8})$/.exec(onlyText(query, 'before') ?? '') ?? []
  if (key === undefined || id === undefined)
    throw new Invalid('The list has no page of this address. Start again from the first users.')
  return { key, id: Number(id) }
}

const userView = (user: UserWithAccess): UsersWithAccessView['users'][number] => ({
  name: user.name,
  address: pathTo(paths.user, { id: user.id }),
  email: user.email,
  role: roleNames[user.role],
  organisation: user.organisation ?? 'None',
  signInCount: thousands(user.signInCount),
  lastSignIn: user.lastSignedInAt ? shortLondonMoment(user.lastSignedInAt) : 'never signed in',
  status: user.status,
  permissions: user.permissions.join(', '),
})

interface LogFilter {
  readonly month: string | undefined
  readonly includesTests: boolean
}

const includesTests = (query: unknown): boolean => onlyText(query, 'include_test_accounts') === 'true'

/** The month that a query asks for; nothing for all. Throws `Invalid` when it is none. */
const monthIn = (query: unknown): string | undefined => {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, 'month')) return undefined
  const month = onlyText(query, 'month')
  if (month === '') return undefined
  if (month === undefined || !/^[12]\d{3}-(?:0[1-9]|1[0-2])$/.test(month))
    throw new Invalid('There is no such month. Write it like 2026-03, or start again from the access log.')
  return month
}

const logAddress = (
  id: ApplicationId,
  { month, includesTests: tests }: LogFilter,
  before?: string,
): string => {
  const query = [month && `month=${month}`, tests && 'include_test_accounts=true', before].filter(Boolean)
  return `${pathTo(paths.applicationLog, { id })}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

const monthItems = (chosen: string | undefined, thisMonth: string): AuthorisationLogView['months'] => {
  const offered = monthsBack(thisMonth, monthsOffered)
  const all = chosen === undefined || offered.includes(chosen) ? offered : [...offered, chosen]
  return [
    { value: '', text: 'All months', selected: chosen === undefined },
    ...all.map((month) => ({ value: month, text: monthName(month), selected: month === chosen })),
  ]
}

const authorisationView = ({
  at,
  uid,
  user,
  address,
  userAgent,
}: Authorisation): AuthorisationLogView['events'][number] => ({
  time: shortLondonMoment(at),
  who: user?.name ?? uid,
  address: user && pathTo(user.kind === 'person' ? paths.user : paths.apiUser, { id: user.id }),
  from: [address, userAgent && deviceOf(userAgent)].filter(Boolean).join(', '),
})
