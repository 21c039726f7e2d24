import type { ApplicationId, PermissionId } from '#domain/application.ts'
import { Invalid, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { findUserFor } from '#store/administration.ts'
import { apiUserBreadcrumbs, apiUserOf, numberIn } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { textsOf } from '#web/urlencoded.ts'
import { applicationsPage, permissionsPage } from './permissions.page.ts'
import { updatePermissions } from './update-permissions.ts'

/** What an API user holds on the applications that it has tokens for. */
export const apiUserPermissionsRoutes: Routes = (scope, signon) => {
  scope.get(paths.apiUserApplications, { config: { may: 'look at an API user' } }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), apiUserOf(request)]
    const { user, applications } = await signon.read(async (stores) => {
      const user = await findUserFor(stores, actor, 'look at an API user', whom)
      return { user, applications: await stores.apiUserPages.applications(user.id) }
    })
    return reply.page(
      applicationsPage({
        name: user.name,
        breadcrumbs: apiUserBreadcrumbs(user),
        applications: applications.map(({ id, name, description, held, isChangeable }) => ({
          name,
          description: description ?? '',
          permissions: held,
          updatePath: isChangeable
            ? pathTo(paths.apiUserPermissionsChange, { id: user.id, application: id })
            : null,
        })),
      }),
    )
  })

  const may = 'change an API user'
  scope.get(paths.apiUserPermissionsChange, { config: { may } }, async (request, reply) => {
    const [actor, whom] = [actorOf(request), apiUserOf(request)]
    const { user, application, permissions } = await signon.read(async (stores) => {
      const user = await findUserFor(stores, actor, may, whom)
      const applications = await stores.apiUserPages.applications(user.id)
      const application = applications.find(({ id }) => id === applicationIn(request))
      if (!application?.isChangeable) throw new NotFound('There are no such permissions to change.')
      return {
        user,
        application,
        permissions: await stores.apiUserPages.permissions(user.id, application.id),
      }
    })
    const cancelPath = pathTo(paths.apiUserApplications, { id: user.id })
    return reply.page(
      permissionsPage({
        name: user.name,
        application: application.name,
        permissions,
        breadcrumbs: [...apiUserBreadcrumbs(user), { text: 'Applications', href: cancelPath }],
        cancelPath,
      }),
    )
  })

  scope.post(paths.apiUserPermissionsChange, { config: { may } }, async (request, reply) => {
    const { id } = apiUserOf(request)
    const [held, ticked] = [idsIn(request, 'held'), idsIn(request, 'permissions')]
    await updatePermissions(signon, actorOf(request), {
      user: id,
      application: applicationIn(request),
      add: ticked.filter((permission) => !held.includes(permission)),
      remove: held.filter((permission) => !ticked.includes(permission)),
    })
    request.browser.say('Permissions updated')
    return reply.redirect(pathTo(paths.apiUserApplications, { id }), 303)
  })
}

const applicationIn = (request: Request): ApplicationId => numberIn(request, 'application') as ApplicationId

const idsIn = ({ body }: Request, name: string): readonly PermissionId[] =>
  [...new Set(textsOf(body, name))].map((text) => {
    const id = rowNumber(text)
    if (id === undefined) throw new Invalid('The form names a permission that is none.')
    return id as PermissionId
  })
