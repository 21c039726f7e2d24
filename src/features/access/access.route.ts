import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { accessPage, endAccessPage } from './access.page.ts'
import { endAccess, foreseeEndOfAccess } from './end-access.ts'
import { letIn } from './let-in.ts'
import { type AccessEntry, accessOf } from './look-at-access.ts'
import { applicationOf, showBoth, takeBoth, type Whose } from './whose.route.ts'

/** Which applications a person uses, and letting them in and out. */
export const accessRoutes: Routes = (scope, signon) => {
  showBoth(scope, 'list', 'look at access', async (request, reply, whose) => {
    const { userName, entries } = await accessOf(signon, actorOf(request), whose.whom)
    const rows = entries.map((entry) => ({ isUsed: entry.application.isUsed, ...rowOf(entry, whose) }))
    return reply.page(
      accessPage({
        isOwn: whose.isOwn,
        userName,
        breadcrumbs: whose.breadcrumbs(userName, 'list'),
        used: rows.filter(({ isUsed }) => isUsed),
        unused: rows.filter(({ isUsed }) => !isUsed),
      }),
    )
  })

  takeBoth(scope, 'access', 'grant access', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const { userName, applicationName } = await letIn(signon, actorOf(request), access)
    const who = whose.isOwn ? 'You have' : `${userName} has`
    request.browser.say(`${who} been granted access to ${applicationName}.`)
    return reply.redirect(whose.at('list'), 303)
  })

  showBoth(scope, 'removal', 'remove access', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const { going, staying, ...names } = await foreseeEndOfAccess(signon, actorOf(request), access)
    return reply.page(
      endAccessPage({
        ...names,
        isOwn: whose.isOwn,
        breadcrumbs: whose.breadcrumbs(names.userName, 'below'),
        going: going.filter(({ isSignin }) => !isSignin).map(({ name }) => name),
        staying: staying.map(({ name }) => name),
        action: whose.at('removal', access.applicationId),
        cancelPath: whose.cancelPath,
      }),
    )
  })

  takeBoth(scope, 'removal', 'remove access', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const { userName, applicationName } = await endAccess(signon, actorOf(request), access)
    const subject = whose.isOwn ? 'Your' : `${userName}’s`
    request.browser.say(`${subject} access to ${applicationName} has been removed.`)
    return reply.redirect(whose.at('list'), 303)
  })
}

const rowOf = ({ application, mayLetIn, mayEnd, mayUpdate }: AccessEntry, whose: Whose) => ({
  name: application.name,
  description: application.description ?? '',
  grantPath: mayLetIn ? whose.at('access', application.id) : null,
  removePath: mayEnd ? whose.at('removal', application.id) : null,
  viewPath: whose.at('permissions', application.id),
  updatePath: mayUpdate ? whose.at('change', application.id) : null,
})
