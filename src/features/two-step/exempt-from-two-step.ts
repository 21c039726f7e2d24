import type { Actor } from '#domain/events.ts'
import { londonDay } from '#domain/london-time.ts'
import { type Exemption, exemptionFaults, roleRequiresTwoStep } from '#domain/two-step.ts'
import { roleNames, type User, type Whom } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import { lockUserFor } from '#store/administration.ts'
import type { Signon } from '#store/signon.ts'
import { refuseUnseen } from './stale-exemption.ts'

export type ExemptFromTwoStep = Exemption &
  Whom & {
    /** What the actor saw, as an `exemptionVersion`. */
    readonly was?: string
  }

/**
 * Exempts a person of the role normal from 2-step verification until a day, or changes their exemption. Devices that
 * they have are removed, and sessions that wait for a code end (`reference/accounts-and-sign-in.md` 11.5). Throws
 * `Conflict` for whoever cannot be exempt, and where things are not as the actor saw them.
 */
export const exemptFromTwoStep = (signon: Signon, actor: Actor, asked: ExemptFromTwoStep): Promise<User> =>
  signon.transaction(async (work) => {
    const [reason, until] = [asked.reason.trim(), asked.until.trim()]
    refuseFaults(exemptionFaults({ reason, until }, londonDay(work.now)))
    const user = await lockUserFor(work, actor, 'exempt from 2-step verification', asked)
    refuseExemptionOf(user)

    const present = await work.twoStep.find(user.id)
    refuseUnseen(user, present, asked.was)
    const { isExempt, hasSecondFactor } = present
    if (hasSecondFactor) {
      await work.secondFactors.removeAll(user.id)
      await work.rememberedBrowsers.endAll(user.id)
      await work.sessions.endAll(user.id)
    }
    await work.twoStep.exempt(user.id, { reason, until }, actor.userId ?? null)
    const what = `${reason} expiring on date: ${until}`
    await work.record(
      isExempt
        ? { name: 'two-step-exemption-updated', about: user, note: `to: ${what}` }
        : { name: 'two-step-exempted', about: user, note: `for reason: ${what}` },
      actor,
    )
    return user
  })

/** Throws `Conflict` for whoever can never be exempt: an API user, or a person whose role asks for 2-step verification. */
export const refuseExemptionOf = (user: User): void => {
  if (user.kind !== 'person') throw new Conflict(`${user.email} is an API user, and does not sign in.`)
  if (roleRequiresTwoStep(user.role))
    throw new Conflict(`${user.email} cannot be exempt, because of the role ${roleNames[user.role]}.`)
}
