import type { Administrator } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import type { User, Whom } from '#domain/user.ts'
import { administratorFor, enforceUpon } from '#store/administration.ts'
import type { StepDown } from '#store/organisations.ts'
import type { Signon, Stores } from '#store/signon.ts'
import type { TwoStepState } from '#store/two-step.ts'
import type { UserPageFacts } from '#store/user-page.ts'

export interface UserLookedAt extends UserPageFacts {
  readonly user: User
  readonly twoStep: TwoStepState
  /** Who looks, with the rights that they have in this moment. */
  readonly administrator: Administrator
  /**
   * From the organisation of an organisation admin who looks down to that of the person, both included; empty for those
   * whom organisations do not limit.
   */
  readonly way: readonly StepDown[]
}

/** All that those who look after a person see of them. Throws `Forbidden` and `NotFound` as `findUserFor` does. */
export const lookAtUser = (signon: Signon, actor: Actor, whom: Whom): Promise<UserLookedAt> =>
  signon.read(async (stores) => {
    const administrator = await administratorFor(stores, actor, 'look at a user')
    const user = await stores.users.find(whom)
    await enforceUpon(stores, administrator, 'look at a user', user, whom)
    return {
      user,
      administrator,
      twoStep: await stores.twoStep.find(user.id),
      way: await wayTo(stores, administrator, user),
      ...(await stores.userPage.find(user.id)),
    }
  })

const wayTo = async (
  { organisations }: Stores,
  administrator: Administrator,
  { organisationId }: User,
): Promise<readonly StepDown[]> => {
  const isLimited =
    administrator.kind === 'person' &&
    (administrator.role === 'super_organisation_admin' || administrator.role === 'organisation_admin')
  if (!isLimited || administrator.organisationId === null || organisationId === null) return []
  return organisations.findWayDown(administrator.organisationId, organisationId)
}
