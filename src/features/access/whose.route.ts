import type { AdministrativeAction } from '#domain/administration.policy.ts'
import type { ApplicationId } from '#domain/application.ts'
import type { UserId, Whom } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Scope } from '#web/routes.ts'
import { sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'

/** Every page about access is there twice: about oneself, and about somebody else. */
const addresses = {
  own: {
    list: paths.ownApplications,
    access: paths.ownAccess,
    removal: paths.ownAccessRemoval,
    permissions: paths.ownPermissions,
    change: paths.ownPermissionsChange,
  },
  others: {
    list: paths.userApplications,
    access: paths.userAccess,
    removal: paths.userAccessRemoval,
    permissions: paths.userPermissions,
    change: paths.userPermissionsChange,
  },
} as const

type AccessPage = keyof (typeof addresses)['own']

/** The person whom a page is about, and where its neighbours are. */
export interface Whose {
  readonly whom: Whom
  readonly isOwn: boolean
  /** The address of a page about the same person; of all but the list for one application. */
  at(page: AccessPage, application?: ApplicationId): string
  /** The way back to the page above the list, and from a page below it to the list. */
  breadcrumbs(userName: string, page: 'list' | 'below'): readonly { text: string; href: string }[]
  /** Where somebody goes who confirms nothing. */
  readonly cancelPath: string
}

type Answer = (request: Request, reply: Reply, whose: Whose) => Promise<Reply>

/** Shows both pages. Whoever asks for their own access as if they were somebody else is sent to the own page. */
export const showBoth = (scope: Scope, page: AccessPage, may: AdministrativeAction, show: Answer): void => {
  scope.get(addresses.own[page], { config: { may } }, async (request, reply) =>
    show(request, reply, ownOf(request)),
  )
  scope.get(addresses.others[page], { config: { may } }, async (request, reply) => {
    const whose = whoseOf(request)
    if (!whose.isOwn) return show(request, reply, whose)
    const application = page === 'list' ? undefined : applicationOf(request)
    return reply.redirect(whose.at(page, application), 302)
  })
}

/** Takes the forms of both; what somebody sends about themselves goes by the rules for themselves. */
export const takeBoth = (scope: Scope, page: AccessPage, may: AdministrativeAction, take: Answer): void => {
  scope.post(addresses.own[page], { config: { may } }, async (request, reply) =>
    take(request, reply, ownOf(request)),
  )
  scope.post(addresses.others[page], { config: { may } }, async (request, reply) =>
    take(request, reply, whoseOf(request)),
  )
}

/** The application whose id is in the address. Throws `NotFound`. */
export const applicationOf = ({ params }: Request): ApplicationId => {
  const text = onlyText(params, 'application') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('There is no application of this number.')
  return id as ApplicationId
}

const whoseOf = (request: Request): Whose => {
  const { id } = personOf(request)
  return id === sessionOf(request).user.id ? ownOf(request) : otherOf(id)
}

const ownOf = (request: Request): Whose => {
  const list = addresses.own.list
  return {
    whom: { id: sessionOf(request).user.id, kind: 'person' },
    isOwn: true,
    at: (page, application = 0 as ApplicationId) => pathTo(addresses.own[page], { application }),
    breadcrumbs: (_userName, page) => [
      { text: 'Settings', href: paths.account },
      ...(page === 'below' ? [{ text: 'GOV.UK apps', href: list }] : []),
    ],
    cancelPath: list,
  }
}

const otherOf = (id: UserId): Whose => ({
  whom: { id, kind: 'person' },
  isOwn: false,
  at: (page, application = 0 as ApplicationId) => pathTo(addresses.others[page], { id, application }),
  breadcrumbs: (name, page) => [
    ...userBreadcrumbs({ id, name }),
    ...(page === 'below' ? [{ text: 'GOV.UK apps', href: pathTo(addresses.others.list, { id }) }] : []),
  ],
  cancelPath: pathTo(paths.user, { id }),
})
