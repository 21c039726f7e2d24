import type { Actor } from '#domain/events.ts'
import type { Jobs } from '#domain/jobs.ts'
import { type MassReset, resetMailAt } from '#domain/mass-reset.ts'
import type { UserId } from '#domain/user.ts'
import { Failure, Forbidden } from '#kernel/failure.ts'
import { administratorFor, lockUserFor } from '#store/administration.ts'
import type { Signon, Work } from '#store/signon.ts'

/** People who are dealt with at a time, each in a transaction of their own. */
const peopleAtOnce = 4

/**
 * Resets one password after another, each in a transaction of its own: one that fails stops nobody, and a job that was
 * killed goes on where it stopped. Rights are looked at anew for each, because they may have changed.
 */
export const resetPasswordsOfMany =
  (signon: Signon) =>
  async ({ reset: id }: Jobs['reset-passwords-of-many']): Promise<void> => {
    const reset = await signon.single.massResets.seek(id)
    if (!reset || reset.startedAt === null || reset.endedAt !== null) return
    const started = { ...reset, startedAt: reset.startedAt, reason: reset.reason ?? '' }
    const lane = async (): Promise<void> => {
      while (await resetNext(signon, started)) {
        // On to the next, until nobody waits.
      }
    }
    const lanes = await Promise.allSettled(Array.from({ length: peopleAtOnce }, lane))
    for (const { reason } of lanes.filter((one) => one.status === 'rejected')) {
      if (!(reason instanceof NoRight)) throw reason
      await signon.single.massResets.end(id, 'The person who began it may not do this any more.')
    }
    await signon.single.massResets.end(id)
  }

/** Whoever began the reset has lost the right to it. */
class NoRight extends Error {}

type StartedReset = MassReset & { readonly startedAt: Date; readonly reason: string }

const resetNext = async (signon: Signon, reset: StartedReset): Promise<boolean> => {
  let user: UserId | undefined
  try {
    return await signon.transaction(async (work) => {
      const next = await work.massResets.takeNext(reset.id)
      if (!next) return false
      user = next.user
      await resetOne(work, reset, next.user, next.place)
      return true
    })
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'unavailable' || user === undefined) throw error
    await signon.single.massResets.note(reset.id, user, 'failed', error.message)
    return true
  }
}

const resetOne = async (work: Work, reset: StartedReset, id: UserId, place: number): Promise<void> => {
  const actor = actorOf(reset)
  await administratorFor(work, actor, 'reset passwords of many').catch((error: unknown) => {
    throw error instanceof Forbidden ? new NoRight() : error
  })
  const user = await lockUserFor(work, actor, 'reset passwords of many', { id, kind: 'person' })
  if (user.suspendedAt !== null) return work.massResets.note(reset.id, id, 'unchanged', 'Suspended meanwhile')
  if (!(await work.passwords.discard(id)))
    return work.massResets.note(reset.id, id, 'unchanged', 'Has no password any more')

  await work.sessions.endAll(id)
  await work.rememberedBrowsers.endAll(id)
  if (reset.endsAuthorizations) await work.authorizations.endAll(id)
  const mailAt = resetMailAt(reset.startedAt, place)
  await work.record({ name: 'password-reset-forced', about: user, note: reset.reason, mailAt }, actor)
  return work.massResets.note(reset.id, id, 'reset')
}

const actorOf = ({ begunBy, operator }: MassReset): Actor =>
  begunBy === null ? { kind: 'console', name: operator ?? 'unknown' } : { kind: 'person', userId: begunBy }
