import type { ApplicationId, PermissionId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import type { UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { administratorFor, enforceUpon } from '#store/administration.ts'
import { type ChangedPermissions, changePermissions } from '#store/permission-change.ts'
import type { Signon } from '#store/signon.ts'

export interface UpdatePermissions {
  readonly user: UserId
  readonly application: ApplicationId
  readonly add: readonly PermissionId[]
  readonly remove: readonly PermissionId[]
}

/**
 * Gives and takes permissions of an application that the API user has a token for; `signin` goes with tokens, and is
 * not among them. Throws `NotFound` without a token, and for what is not offered.
 */
export const updatePermissions = (
  signon: Signon,
  actor: Actor,
  { user: id, application, add, remove }: UpdatePermissions,
): Promise<ChangedPermissions> =>
  signon.transaction(async (work) => {
    const administrator = await administratorFor(work, actor, 'change an API user')
    const whom = { id, kind: 'machine' } as const
    const user = await work.users.lockNamed(whom)
    await enforceUpon(work, administrator, 'change an API user', user, whom)
    const hasToken = (await work.apiUserPages.applications(id)).some((one) => one.id === application)
    const offered = await work.apiUserPages.permissions(id, application)
    const isOffered = (permission: PermissionId) => offered.some((one) => one.id === permission)
    if (!hasToken || ![...add, ...remove].every(isOffered))
      throw new NotFound('There is no such permission to change. Go back, reload the page, and try again.')
    return changePermissions(work, actor, administrator, user, application, { add, remove })
  })
