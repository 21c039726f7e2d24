import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'

/**
 * Takes away every device of somebody who cannot use theirs, and ends their sessions: they sign in with their password
 * and set 2-step verification up again, whether or not it was required of them (`reference/accounts-and-sign-in.md` 11.7).
 */
export const resetTwoStep = (signon: Signon, actor: Actor, whom: Whom): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'reset 2-step verification', whom)
    const { hasSecondFactor } = await work.twoStep.find(user.id)
    refuseNothingToReset(user, hasSecondFactor)

    await work.secondFactors.removeAll(user.id)
    await work.secondFactors.forgetAttempts(user.id)
    await work.rememberedBrowsers.endAll(user.id)
    await work.sessions.endAll(user.id)
    await work.twoStep.require(user.id)
    await work.record({ name: 'two-step-reset', about: user }, actor)
    return user
  })

/** Throws `Conflict` for whoever has no device. */
export const refuseNothingToReset = ({ email }: User, hasSecondFactor: boolean): void => {
  if (!hasSecondFactor) throw new Conflict(`${email} has not set up 2-step verification.`)
}
