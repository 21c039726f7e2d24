import type { PermissionId } from '#domain/application.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'
import { nothingToManage } from './authority.ts'
import { changeablePermissionsOf, permissionsOf } from './look-at-access.ts'
import { permissionsPage, updatePermissionsPage } from './permissions.page.ts'
import { updatePermissions } from './update-permissions.ts'
import { updatedWords } from './updated-words.ts'
import { applicationOf, showBoth, takeBoth } from './whose.route.ts'

/** As many permissions fit one list; more are searched. */
const mostInOneList = 8

/** What a person holds of an application beside `signin`, and changing it. */
export const permissionRoutes: Routes = (scope, signon) => {
  showBoth(scope, 'permissions', 'look at access', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const { permissions, ...names } = await permissionsOf(signon, actorOf(request), access)
    return reply.page(
      permissionsPage({
        ...names,
        isOwn: whose.isOwn,
        breadcrumbs: whose.breadcrumbs(names.userName, 'below'),
        permissions: permissions.map(({ name, isHeld }) => ({ name, isHeld })),
        listPath: whose.at('list'),
      }),
    )
  })

  showBoth(scope, 'change', 'change permissions', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const found = await changeablePermissionsOf(signon, actorOf(request), access)
    const { permissions, ...facts } = found
    if (permissions.length === 0) {
      request.browser.say(nothingToManage(facts.applicationName), { isSuccess: false })
      return reply.redirect(whose.at('list'), 302)
    }
    const isLong = permissions.length > mostInOneList
    const filter = isLong ? filterOf(request) : ''
    return reply.page(
      updatePermissionsPage({
        ...facts,
        isOwn: whose.isOwn,
        breadcrumbs: whose.breadcrumbs(facts.userName, 'below'),
        isLong,
        filter,
        total: permissions.length,
        permissions: permissions.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase())),
        action: whose.at('change', access.applicationId),
        viewPath: whose.at('permissions', access.applicationId),
        cancelPath: whose.cancelPath,
      }),
    )
  })

  takeBoth(scope, 'change', 'change permissions', async (request, reply, whose) => {
    const access = { whom: whose.whom, applicationId: applicationOf(request) }
    const change = { ...access, ...changeOf(request) }
    const updated = await updatePermissions(signon, actorOf(request), change)
    request.browser.say(updatedWords(updated, whose.isOwn))
    const goesOn = onlyText(request.body, 'then') === 'continue'
    return reply.redirect(goesOn ? whose.at('change', access.applicationId) : whose.at('list'), 303)
  })
}

const filterOf = ({ query }: Request): string => (onlyText(query, 'filter') ?? '').trim().slice(0, 100)

/**
 * What the form asks for: what was ticked that was shown as not held, and what was shown as held and is not ticked any
 * more. It says nothing of permissions that it did not show.
 */
const changeOf = ({ body }: Request): { add: readonly PermissionId[]; remove: readonly PermissionId[] } => {
  const shownAsHeld = (onlyText(body, 'held') ?? '').split(' ').filter((text) => text !== '')
  const kept = new Set(textsOf(body, 'keep'))
  return {
    add: textsOf(body, 'add').map(permissionId),
    remove: shownAsHeld.filter((id) => !kept.has(id)).map(permissionId),
  }
}

const permissionId = (text: string): PermissionId => {
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('There is no permission of this number.')
  return id as PermissionId
}
