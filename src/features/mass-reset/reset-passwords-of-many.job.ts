import type { Actor } from '#domain/events.ts'
import type { Jobs } from '#domain/jobs.ts'
import { type MassReset, resetMailAt } from '#domain/mass-reset.ts'
import { lockUserFor } from '#store/administration.ts'
import type { ResetTurn } from '#store/mass-resets.ts'
import type { Signon, Work } from '#store/signon.ts'
import { stillAdministratorFor, takeTurns } from '#store/turns.ts'

/** Resets one password after another. Rights are looked at anew for each, because they may have changed. */
export const resetPasswordsOfMany =
  (signon: Signon) =>
  async ({ reset: id }: Jobs['reset-passwords-of-many']): Promise<void> => {
    const { massResets } = signon.single
    const reset = await massResets.seek(id)
    if (!reset || reset.startedAt === null || reset.endedAt !== null) return
    const started = { ...reset, startedAt: reset.startedAt, reason: reset.reason ?? '' }
    await takeTurns(signon, {
      atOnce: 4,
      takeNext: (work) => work.massResets.takeNext(id),
      act: (work, turn) => resetOne(work, started, turn),
      noteFailure: (user, reason) => massResets.note(id, user, 'failed', reason),
      end: (stoppedBecause) => massResets.end(id, stoppedBecause),
    })
  }

type StartedReset = MassReset & { readonly startedAt: Date; readonly reason: string }

const resetOne = async (work: Work, reset: StartedReset, turn: ResetTurn): Promise<void> => {
  const id = turn.user
  const actor = actorOf(reset, turn)
  await stillAdministratorFor(work, actor, 'reset passwords of many')
  const user = await lockUserFor(work, actor, 'reset passwords of many', { id, kind: 'person' })
  if (user.suspendedAt !== null) return work.massResets.note(reset.id, id, 'unchanged', 'Suspended meanwhile')
  if (!(await work.passwords.discard(id)))
    return work.massResets.note(reset.id, id, 'unchanged', 'Has no password any more')

  await work.sessions.endAll(id)
  await work.rememberedBrowsers.endAll(id)
  if (reset.endsAuthorizations) await work.authorizations.endAll(id)
  const mailAt = resetMailAt(turn.mailsFrom ?? reset.startedAt, turn.place)
  await work.record({ name: 'password-reset-forced', about: user, note: reset.reason, mailAt }, actor)
  return work.massResets.note(reset.id, id, 'reset')
}

/** Whoever went on with it, as it stands in this turn, or else whoever began it. */
const actorOf = ({ begunBy, operator }: MassReset, { continuedBy }: ResetTurn): Actor => {
  const userId = continuedBy ?? begunBy
  return userId === null ? { kind: 'console', name: operator ?? 'unknown' } : { kind: 'person', userId }
}
