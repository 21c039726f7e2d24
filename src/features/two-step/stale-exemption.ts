import { dayInWords } from '#domain/london-time.ts'
import type { User } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { versionOf } from '#kernel/version.ts'
import type { TwoStepState } from '#store/two-step.ts'

/**
 * A word for what an exemption would replace or take away, which any change of that changes: an exemption, a mandate of
 * the person's own, and whether they have set up devices.
 */
export const exemptionVersion = ({ exemption, isRequired, hasSecondFactor }: TwoStepState): string =>
  versionOf([exemption?.reason, exemption?.until, isRequired, hasSecondFactor])

/**
 * Throws `Conflict` where the actor saw something else than there is: of two who exempt somebody at once, nothing of the
 * first is lost, and the second knows (`reference/roles-and-permissions.md` 9, observation 9).
 */
export const refuseUnseen = (user: User, present: TwoStepState, was: string | undefined): void => {
  if (was === undefined || was === exemptionVersion(present)) return
  throw new Conflict(
    `This has changed since you opened the page, perhaps by yourself: ${user.email} ${standing(present)}, and has ${present.hasSecondFactor ? '' : 'no '}devices set up. Nothing was changed now: check what you mean to do, and send it again if it is still right.`,
  )
}

const standing = ({ exemption, isRequired }: TwoStepState): string => {
  if (exemption) return `is now exempt until ${dayInWords(exemption.until)} (${exemption.reason})`
  return isRequired ? 'must now use 2-step verification' : 'is now not exempt'
}
