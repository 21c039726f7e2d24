import type { AccessOfMany } from '#domain/access-of-many.ts'
import type { Jobs } from '#domain/jobs.ts'
import type { UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import { changePermissions } from '#store/permission-change.ts'
import type { Signon, Work } from '#store/signon.ts'
import { stillAdministratorFor, takeTurns } from '#store/turns.ts'

/** Changes the access of one user after another. Rights are looked at anew for each, because they may have changed. */
export const changeAccessOfMany =
  (signon: Signon) =>
  async ({ change: id }: Jobs['change-access-of-many']): Promise<void> => {
    const { accessOfMany } = signon.single
    const change = await accessOfMany.seek(id)
    if (!change || change.startedAt === null || change.endedAt !== null) return
    await takeTurns(signon, {
      atOnce: 1,
      takeNext: (work) => work.accessOfMany.takeNext(id),
      act: (work, { user }) => changeOne(work, change, user),
      noteFailure: (user, reason) => accessOfMany.note(id, user, 'failed', reason),
      end: (stoppedBecause) => accessOfMany.end(id, stoppedBecause),
    })
  }

const changeOne = async (work: Work, change: AccessOfMany, id: UserId): Promise<void> => {
  const actor = { kind: 'person', userId: change.begunBy } as const
  await stillAdministratorFor(work, actor, 'change access of many')
  const { permissions, isGiving } = change
  const application = await work.accessList.findApplication(change.application.id)
  const user = await lockUserFor(work, actor, 'change access of many', { id, kind: 'person' })
  // With the rights that are left to them once the user is held: they may have lost some while waiting.
  const administrator = await work.administrators.find(actor)
  const { added, removed } = await changePermissions(work, actor, administrator, user, application.id, {
    add: isGiving ? permissions : [],
    remove: isGiving ? [] : permissions,
  })
  // Nobody holds a permission of an application that they cannot sign in to; what was given is undone.
  if (isGiving && !(await work.grants.holdsSignin(id, application.id)))
    throw new NotFound(`${user.name} does not have access to ${application.name}.`)
  await work.accessOfMany.note(change.id, id, added.length + removed.length > 0 ? 'changed' : 'unchanged')
}
