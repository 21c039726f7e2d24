import { Invalid } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import { apiUserBreadcrumbs, apiUserOf } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { suspensionPage } from './api-user.page.ts'
import { reasonFault, suspendApiUser, unsuspendApiUser } from './suspend-api-user.ts'

const may = 'change an API user'
const config = { may } as const

/** Suspends an API user, and ends its suspension. Each form says which: of two sent at once, neither does the opposite. */
export const apiUserSuspensionRoutes: Routes = (scope, signon) => {
  const facts = (request: Request) =>
    signon.read(async (stores) => {
      const user = await findUserFor(stores, actorOf(request), may, apiUserOf(request))
      return { user, isSignons: await stores.apiUserPages.isSignons(user.id) }
    })
  const page = async (request: Request, typed?: { readonly reason: string; readonly fault: string }) => {
    const { user, isSignons } = await facts(request)
    return suspensionPage({
      name: user.name,
      isSuspended: typed === undefined && user.suspendedAt !== null,
      isSignons,
      reason: typed?.reason ?? user.suspensionReason ?? '',
      fault: typed?.fault ?? null,
      breadcrumbs: apiUserBreadcrumbs(user),
      cancelPath: pathTo(paths.apiUser, { id: user.id }),
    })
  }

  scope.get(paths.apiUserSuspension, { config }, async (request, reply) => reply.page(await page(request)))

  scope.post(paths.apiUserSuspension, { config }, async (request, reply) => {
    const [actor, { id }] = [actorOf(request), apiUserOf(request)]
    const asked = onlyText(request.body, 'user[suspended]')
    if (asked === '0') {
      const { email } = await unsuspendApiUser(signon, actor, id)
      request.browser.say(`${email} is now active.`)
      return reply.redirect(pathTo(paths.apiUser, { id }), 303)
    }
    if (asked !== '1') throw new Invalid('The form does not say whether to suspend or to unsuspend.')

    const reason = onlyText(request.body, 'user[reason_for_suspension]') ?? ''
    const fault = reasonFault(reason)
    if (fault !== undefined) return reply.page(await page(request, { reason, fault }), 422)
    const { email } = await suspendApiUser(signon, actor, id, reason)
    request.browser.say(`${email} is now suspended.`)
    return reply.redirect(pathTo(paths.apiUser, { id }), 303)
  })
}
