import { type ApplicationId, type PermissionId, signinPermission } from '#domain/application.ts'
import { londonDate } from '#domain/london-time.ts'
import { countOf } from '#kernel/count.ts'
import { Conflict, Invalid, NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import { administratorFor } from '#store/administration.ts'
import type { PermissionImpact, PermissionRecord, PermissionSettings } from '#store/permissions.ts'
import type { Signon, Stores } from '#store/signon.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText, textsOf } from '#web/urlencoded.ts'
import { applicationIdOf } from './applications.route.ts'
import {
  addPermission,
  changePermission,
  deletePermission,
  findInService,
  permissionVersion,
  type RemovalSeen,
  refuseDeletion,
} from './change-permissions.ts'
import {
  type PermissionFormView,
  type PermissionsView,
  permissionFormPage,
  permissionRemovalPage,
  permissionsPage,
} from './permissions.page.ts'

/** What an application offers: for applications in service only. */
export const applicationPermissionRoutes: Routes = (scope, signon) => {
  const may = { config: { may: 'look after permissions' } } as const

  scope.get(paths.permissions, may, async (request, reply) => {
    const { name, more } = await read(signon, request, ({ permissions }, id) => permissions.list(id))
    const id = applicationIdOf(request)
    return reply.page(
      permissionsPage({
        ...surroundingsOf(id, name),
        newAddress: pathTo(paths.permissionNew, { id }),
        permissions: more.map((permission) => listed(id, permission)),
      }),
    )
  })

  scope.get(paths.permissionNew, may, async (request, reply) => {
    const { name } = await read(signon, request, async () => undefined)
    const empty = { name: '', isDelegated: false, isDefault: false }
    return reply.page(permissionFormPage(newForm(applicationIdOf(request), name, empty)))
  })

  scope.post(paths.permissionNew, may, async (request, reply) => {
    const id = applicationIdOf(request)
    const { name } = await read(signon, request, async () => undefined)
    const typed = typedPermission(request.body)
    const fault = await addPermission(signon, actorOf(request), id, typed).catch(faultOf)
    if (fault !== undefined)
      return reply.page(permissionFormPage({ ...newForm(id, name, typed), ...fault }), 422)
    request.browser.say(`Successfully added permission ${typed.name} to ${name}.`)
    return reply.redirect(pathTo(paths.permissions, { id }), 303)
  })

  scope.get(paths.permission, may, async (request, reply) => {
    const which = permissionIdOf(request)
    const { name, more } = await read(signon, request, ({ permissions }, id) => permissions.find(id, which))
    return reply.page(permissionFormPage(editForm(applicationIdOf(request), name, more, more)))
  })

  scope.post(paths.permission, may, async (request, reply) => {
    const [application, id] = [applicationIdOf(request), permissionIdOf(request)]
    const { name, more } = await read(signon, request, ({ permissions }, whose) =>
      permissions.find(whose, id),
    )
    const typed = typedPermission(request.body)
    const version = onlyText(request.body, 'version') ?? ''
    const changed = await changePermission(
      signon,
      actorOf(request),
      { application, id },
      typed,
      version,
    ).catch(faultOf)
    if ('fault' in changed)
      return reply.page(
        permissionFormPage({ ...editForm(application, name, more, typed), version, ...changed }),
        422,
      )
    if (changed.outcome === 'stale') {
      const form = editForm(application, name, changed.stored, typed)
      return reply.page(permissionFormPage({ ...form, fault: meanwhile(changed.stored) }), 409)
    }
    request.browser.say(
      changed.outcome === 'same'
        ? `Nothing about permission ${changed.name} was changed.`
        : `Successfully updated permission ${changed.name}.`,
    )
    return reply.redirect(pathTo(paths.permissions, { id: application }), 303)
  })

  const showRemoval = async (request: Request, reply: Reply, fault: string | null = null): Promise<Reply> => {
    const [application, permission] = [applicationIdOf(request), permissionIdOf(request)]
    const { name, more } = await read(signon, request, async ({ permissions }, id) => {
      const found = await permissions.find(id, permission)
      refuseDeletion(found.name)
      return { found, impact: await permissions.impact(id, permission) }
    })
    const { found, impact } = more
    const view = {
      ...surroundingsOf(application, name),
      action: pathTo(paths.permissionRemoval, { id: application, permission }),
      name: found.name,
      isHeld: impact.holders > 0,
      impact: impactWords(impact),
      version: permissionVersion(found),
      holders: impact.holders,
      fault,
    }
    return reply.page(permissionRemovalPage(view), fault === null ? 200 : 409)
  }

  scope.get(paths.permissionRemoval, may, (request, reply) => showRemoval(request, reply))

  scope.post(paths.permissionRemoval, may, async (request, reply) => {
    const which = { application: applicationIdOf(request), id: permissionIdOf(request) }
    const deleted = await deletePermission(signon, actorOf(request), which, removalSeen(request))
    if (deleted.outcome === 'stale') return showRemoval(request, reply, changedSince)
    request.browser.say(`Successfully deleted permission ${deleted.name}.`)
    return reply.redirect(pathTo(paths.permissions, { id: which.application }), 303)
  })
}

/** What the page showed on which the deletion was confirmed; a form that does not say it has seen nothing. */
const removalSeen = ({ body }: Request): RemovalSeen => ({
  version: onlyText(body, 'version') ?? '',
  holders: Number.parseInt(onlyText(body, 'holders') ?? '', 10),
})

const changedSince =
  'This permission, or who holds it, has changed since you opened this page. Nothing was deleted: check what stands here now, and delete it if that is still right.'

const impactWords = ({ holders, batches }: PermissionImpact): readonly string[] => [
  holders === 0
    ? 'Nobody holds it'
    : `${countOf(holders, 'user holds', 'users hold')} it, and will not hold it any more`,
  ...(batches === 0
    ? []
    : [`${countOf(batches, 'batch', 'batches')} of invitations under way will not give it`]),
]

/** The name of the application in service that an address names, and more about it. */
const read = <More>(
  signon: Signon,
  request: Request,
  reading: (stores: Stores, id: ApplicationId) => Promise<More>,
): Promise<{ readonly name: string; readonly more: More }> =>
  signon.read(async (stores) => {
    await administratorFor(stores, actorOf(request), 'look after permissions')
    const id = applicationIdOf(request)
    const name = await findInService(stores, id)
    return { name, more: await reading(stores, id) }
  })

const permissionIdOf = ({ params }: Request): PermissionId => {
  const text = onlyText(params, 'permission') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('The application has no permission of this number.')
  return id as PermissionId
}

const typedPermission = (body: unknown): PermissionSettings => {
  const options = textsOf(body, 'supported_permission[options]')
  return {
    name: (onlyText(body, 'supported_permission[name]') ?? '').trim(),
    isDelegated: options.includes('delegated'),
    isDefault: options.includes('default'),
  }
}

/** What to say in the form about a refusal; anything else goes on. */
const faultOf = (error: unknown): { readonly fault: string } => {
  if (error instanceof Invalid || error instanceof Conflict) return { fault: error.message }
  throw error
}

const surroundingsOf = (id: ApplicationId, name: string) => ({
  applicationName: name,
  applicationAddress: pathTo(paths.application, { id }),
  listAddress: pathTo(paths.permissions, { id }),
})

const listed = (
  application: ApplicationId,
  { id, name, createdAt, isDelegated, isDefault }: PermissionRecord,
): PermissionsView['permissions'][number] => ({
  name,
  created: londonDate(createdAt),
  isDelegated,
  isDefault,
  editAddress: pathTo(paths.permission, { id: application, permission: id }),
  deleteAddress:
    name === signinPermission ? null : pathTo(paths.permissionRemoval, { id: application, permission: id }),
})

const newForm = (id: ApplicationId, name: string, typed: PermissionSettings): PermissionFormView => ({
  ...surroundingsOf(id, name),
  ...typed,
  title: `Add permission for ${name}`,
  action: pathTo(paths.permissionNew, { id }),
  isNameFixed: false,
  version: null,
  fault: null,
})

const editForm = (
  id: ApplicationId,
  name: string,
  stored: PermissionRecord,
  typed: PermissionSettings,
): PermissionFormView => ({
  ...surroundingsOf(id, name),
  name: typed.name,
  isDelegated: typed.isDelegated,
  isDefault: typed.isDefault,
  title: `Edit ${stored.name} permission for ${name}`,
  action: pathTo(paths.permission, { id, permission: stored.id }),
  isNameFixed: stored.name === signinPermission,
  version: permissionVersion(stored),
  fault: null,
})

const meanwhile = ({ name, isDelegated, isDefault }: PermissionRecord): string =>
  `Somebody else changed this permission while you had the page open. It is now called ${name}, is ${isDelegated ? '' : 'not '}delegated, and is ${isDefault ? '' : 'not '}a default permission. Save again to have what stands here instead.`
