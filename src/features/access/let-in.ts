import { signinPermission } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { lockUserFor } from '#store/administration.ts'
import { changePermissions } from '#store/permission-change.ts'
import type { Signon } from '#store/signon.ts'
import type { AccessOf } from './authority.ts'
import type { AccessNames } from './end-access.ts'

/**
 * Lets a person sign in to an application. Doing it twice is harmless, and recorded once. Throws `NotFound` for an
 * application that people do not use, `Forbidden` where the administrator may not.
 */
export const letIn = (
  signon: Signon,
  actor: Actor,
  { whom, applicationId }: AccessOf,
): Promise<AccessNames> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'grant access', whom)
    const { name } = await work.accessList.findApplication(applicationId)
    const signin = await work.grants.findPermission(applicationId, signinPermission)
    const administrator = await work.administrators.find(actor)
    await changePermissions(work, actor, administrator, user, applicationId, { add: [signin], remove: [] })
    return { userName: user.name, applicationName: name }
  })
