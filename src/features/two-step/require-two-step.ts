import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { mandateTwoStep } from '#store/two-step-mandate.ts'

/**
 * Requires 2-step verification of a person: unless it is set up, that is all that they can do from now on, in open
 * sessions too. An exemption ends (`reference/accounts-and-sign-in.md` 11.4).
 */
export const requireTwoStep = (signon: Signon, actor: Actor, whom: Whom): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'require 2-step verification', whom)
    if (user.kind !== 'person') throw new Conflict(`${user.email} is an API user, and does not sign in.`)
    const { isRequired, isExempt } = await work.twoStep.find(user.id)
    refuseRequired(user, isRequired)

    if (isExempt) await work.record({ name: 'two-step-exemption-removed', about: user }, actor)
    await mandateTwoStep(work, actor, user)
    return user
  })

/** Throws `Conflict` when it was required of the person already. */
export const refuseRequired = ({ email }: User, isRequired: boolean): void => {
  if (isRequired) throw new Conflict(`${email} must use 2-step verification already.`)
}
