import type { Actor } from '#domain/events.ts'
import { type MassReset, type MassResetId, resetReasonFault } from '#domain/mass-reset.ts'
import { usersInWords } from '#domain/user.ts'
import { Conflict, Forbidden, NotFound } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { administratorFor } from '#store/administration.ts'
import type { Signon, Stores } from '#store/signon.ts'

export interface StartMassReset {
  readonly reason: string
  /** End what applications renew their tokens with, too. */
  readonly endsAuthorizations: boolean
}

/**
 * The reset of this number. What has started is every superadmin's to look at, what is only prepared is for whoever
 * prepared it. Throws `NotFound`.
 */
export const findMassReset = async (stores: Stores, actor: Actor, id: MassResetId): Promise<MassReset> => {
  await administratorFor(stores, actor, 'reset passwords of many')
  const reset = await stores.massResets.seek(id)
  const isOwn = reset?.begunBy === (actor.userId ?? null)
  if (!reset || (reset.startedAt === null && !isOwn))
    throw new NotFound('There is no such reset of passwords.')
  return reset
}

/** Starts a reset that was prepared. Throws `Invalid` without a reason, `Conflict` when it was started before. */
export const startMassReset = (
  signon: Signon,
  actor: Actor,
  id: MassResetId,
  { reason, endsAuthorizations }: StartMassReset,
): Promise<void> =>
  signon.transaction(async (work) => {
    const { selection } = await findMassReset(work, actor, id)
    refuseFaults([resetReasonFault(reason)])
    if (!(await work.massResets.start(id, reason.trim(), endsAuthorizations)))
      throw new Conflict('This reset has been started already.')
    const { all } = await work.massResets.progress(id)
    const note = `${usersInWords(all)} (${selection}): ${reason.trim()}`
    await work.record({ name: 'passwords-reset', about: null, note }, actor)
    await work.jobs.add({ name: 'reset-passwords-of-many', payload: { reset: id } })
  })

/**
 * Goes on with those who failed, and with those whose turn never came because the reset was stopped. From then on it is
 * done with the rights and under the name of whoever goes on with it, who is a person: operators have no command for it.
 * Throws `Conflict` when nobody is left, or somebody else was faster.
 */
export const retryMassReset = (signon: Signon, actor: Actor, id: MassResetId): Promise<void> =>
  signon.transaction(async (work) => {
    const { selection } = await findMassReset(work, actor, id)
    if (actor.userId === undefined) throw new Forbidden('Only a person goes on with a reset of passwords.')
    const left = await work.massResets.goOn(id, actor.userId)
    if (left === 0)
      throw new Conflict('There is nobody to go on with, or somebody has gone on with it already.')
    const note = `${usersInWords(left)} (${selection}), gone on with`
    await work.record({ name: 'passwords-reset', about: null, note }, actor)
    await work.jobs.add({ name: 'reset-passwords-of-many', payload: { reset: id } })
  })
