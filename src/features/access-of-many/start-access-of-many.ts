import type { AccessChangeId, AccessOfMany } from '#domain/access-of-many.ts'
import { type Administrator, mayGive } from '#domain/administration.policy.ts'
import { type PermissionId, signinPermission } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { usersInWords } from '#domain/user.ts'
import { Conflict, enforce, NotFound } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { administratorFor } from '#store/administration.ts'
import type { Permission } from '#store/grants.ts'
import type { Signon, Stores } from '#store/signon.ts'

/** What is said to whoever chose no permission. */
export const noPermission = 'Select at least one permission'

/** A change, and whoever began it, with the rights that they have now. */
export interface OwnChange {
  readonly change: AccessOfMany
  readonly administrator: Administrator
}

/** The change of this number, if this actor began it. Throws `NotFound`. */
export const findOwnChange = async (stores: Stores, actor: Actor, id: AccessChangeId): Promise<OwnChange> => {
  const administrator = await administratorFor(stores, actor, 'change access of many')
  const change = await stores.accessOfMany.seek(id)
  if (!change || change.begunBy !== actor.userId) throw new NotFound('There is no such change of access.')
  return { change, administrator }
}

/** What this administrator may give to, or take from, others on the application of a change; `signin` first. */
export const choicesOf = async (
  stores: Stores,
  administrator: Administrator,
  { application, isGiving }: AccessOfMany,
): Promise<readonly Permission[]> => {
  const hasAccess =
    administrator.kind === 'person' && (await stores.grants.holdsSignin(administrator.id, application.id))
  const standing = { hasAccess, isOneself: false, isTaking: !isGiving }
  const offered = await stores.grants.permissions(application.id)
  return offered.filter((permission) => mayGive(administrator, permission, standing).allowed)
}

/**
 * Whoever is to use a permission must be let in, and whoever is not let in has no use for one: giving brings `signin`
 * along, and taking `signin` takes all that may be taken.
 */
export const completed = (
  { isGiving }: Pick<AccessOfMany, 'isGiving'>,
  choices: readonly Permission[],
  chosen: readonly PermissionId[],
): readonly Permission[] => {
  const signin = choices.find(({ name }) => name === signinPermission)
  if (!isGiving && signin && chosen.includes(signin.id)) return choices
  return choices.filter(
    ({ id }) => chosen.includes(id) || (isGiving && chosen.length > 0 && id === signin?.id),
  )
}

/**
 * Starts a change that was prepared. Throws `Conflict` when it was started before, `Invalid` for no permission,
 * `NotFound` when people do not use the application any more.
 */
export const startAccessOfMany = (
  signon: Signon,
  actor: Actor,
  id: AccessChangeId,
  chosen: readonly PermissionId[],
): Promise<void> =>
  signon.transaction(async (work) => {
    const { change, administrator } = await findOwnChange(work, actor, id)
    await work.accessList.findApplication(change.application.id)
    refuseFaults([chosen.length === 0 ? noPermission : undefined])
    const choices = await choicesOf(work, administrator, change)
    const unknown = chosen.some((one) => !choices.some((choice) => choice.id === one))
    enforce(unknown ? { allowed: false, reason: 'a permission that may not be given' } : { allowed: true })
    const permissions = completed(change, choices, chosen)
    if (
      !(await work.accessOfMany.start(
        id,
        permissions.map((permission) => permission.id),
      ))
    )
      throw new Conflict('This change has been started already.')
    const { all } = await work.accessOfMany.progress(id)
    const names = permissions.map(({ name }) => name).join(', ')
    await work.record(
      {
        name: 'access-of-many-changed',
        about: null,
        application: change.application.id,
        note: `${change.isGiving ? 'giving' : 'taking'} (${names}), ${usersInWords(all)}`,
      },
      actor,
    )
    await work.jobs.add({ name: 'change-access-of-many', payload: { change: id } })
  })
