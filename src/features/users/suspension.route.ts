import { shortLondonMoment } from '#domain/london-time.ts'
import type { User } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import { Invalid } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf, userBreadcrumbs } from '#web/about-user.ts'
import type { Page } from '#web/page.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { suspendUser, suspensionReasonFault } from './suspend-user.ts'
import { suspendPage, unsuspendPage } from './suspension.page.ts'
import { unsuspendUser } from './unsuspend-user.ts'

const config = { may: 'suspend a user' } as const

/** Suspends a person, or ends their suspension. Each form says which: of two sent at once, neither does the opposite. */
export const suspensionRoutes: Routes = (scope, signon) => {
  scope.get(paths.userSuspension, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), personOf(request)]
    const user = await signon.read((stores) => findUserFor(stores, actor, 'suspend a user', whom))
    return reply.page(
      user.suspendedAt === null ? suspending(user, '', null) : unsuspending(user, user.suspendedAt),
    )
  })

  scope.post(paths.userSuspension, { config }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), personOf(request)]
    const asked = onlyText(request.body, 'user[suspended]')
    if (asked === '0') {
      const { email, id } = await unsuspendUser(signon, actor, whom)
      request.browser.say(`${email} is now active.`)
      return reply.redirect(pathTo(paths.user, { id }), 303)
    }
    if (asked !== '1') throw new Invalid('The form does not say whether to suspend or to unsuspend.')

    const reason = onlyText(request.body, 'user[reason_for_suspension]') ?? ''
    const fault = suspensionReasonFault(reason)
    if (fault !== undefined) {
      const user = await signon.read((stores) => findUserFor(stores, actor, 'suspend a user', whom))
      return reply.page(suspending(user, reason, fault), 422)
    }
    const { email, id } = await suspendUser(signon, actor, { ...whom, reason })
    request.browser.say(`${email} is now suspended.`)
    return reply.redirect(pathTo(paths.user, { id }), 303)
  })

  // It leads to the page above, which asks who may see it.
  scope.get(paths.formerSuspension, { config: { access: 'public' } }, async (request, reply) =>
    reply.redirect(pathTo(paths.userSuspension, { id: personOf(request).id }), 302),
  )
}

const suspending = (user: User, reason: string, fault: string | null): Page =>
  suspendPage({ ...around(user), reason, fault })

const unsuspending = (user: User, since: Date): Page =>
  unsuspendPage({
    ...around(user),
    since: shortLondonMoment(since),
    reason: user.suspensionReason ?? '',
    isInvited: isInvited(user),
  })

const around = (user: User) => ({
  name: user.name,
  breadcrumbs: userBreadcrumbs(user),
  cancelPath: pathTo(paths.user, { id: user.id }),
})
