import type { Role } from '#domain/user.ts'
import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changeRolePage } from './change.page.ts'
import { changeRole } from './change-role.ts'
import { roleChoices, roleIn } from './choices.ts'
import { exemptKeepRole } from './give-role.ts'
import { aroundForm, attempt, backToUser, isOneself, statusOf, updated } from './person.route.ts'

const may = 'change a role'

export const userRoleRoutes: Routes = (scope, signon) => {
  const show = async (
    request: Request,
    reply: Reply,
    chosen: Role | null = null,
    fault: string | null = null,
  ): Promise<Reply> => {
    const { user, isExempt } = await signon.read(async (stores) => {
      const found = await findUserFor(stores, actorOf(request), may, personOf(request))
      return { user: found, isExempt: (await stores.twoStep.find(found.id)).isExempt }
    })
    const view = {
      ...aroundForm(user),
      was: user.role,
      choices: roleChoices(sessionOf(request).user.role, chosen ?? user.role),
      obstacle: isExempt ? exemptKeepRole(user.name) : null,
      fault: isExempt ? null : fault,
    }
    return reply.page(changeRolePage(view), statusOf(fault))
  }

  scope.get(paths.userRole, { config: { may } }, async (request, reply) =>
    isOneself(request) ? reply.redirect(paths.ownRole, 302) : show(request, reply),
  )

  scope.post(paths.userRole, { config: { may } }, async (request, reply) => {
    const role = roleIn(onlyText(request.body, 'user[role]'))
    if (role === undefined) return show(request, reply, null, 'Choose a role from the list')
    const was = onlyText(request.body, 'was') ?? ''
    const outcome = await attempt(changeRole(signon, actorOf(request), { ...personOf(request), role, was }))
    return 'fault' in outcome
      ? show(request, reply, role, outcome.fault)
      : backToUser(request, reply, updated(outcome.done))
  })
}
