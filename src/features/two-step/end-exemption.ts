import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { refuseUnseen } from './stale-exemption.ts'

export type EndExemption = Whom & {
  /** What the actor saw, as an `exemptionVersion`. */
  readonly was?: string
}

/**
 * Ends an exemption before its day, as its day would: the person must use 2-step verification from their next click on.
 * Throws `Conflict` for whoever is not exempt, and where things are not as the actor saw them.
 */
export const endExemption = (signon: Signon, actor: Actor, { was, ...whom }: EndExemption): Promise<User> =>
  signon.transaction(async (work) => {
    const user = await lockUserFor(work, actor, 'exempt from 2-step verification', whom)
    refuseUnseen(user, await work.twoStep.find(user.id), was)
    if (!(await work.twoStep.endExemption(user.id)))
      throw new Conflict(`${user.email} is not exempt from 2-step verification.`)
    await work.record({ name: 'two-step-exemption-ended', about: user }, actor)
    return user
  })
