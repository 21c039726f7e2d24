import type { Actor } from '#domain/events.ts'
import type { Organisation, WhichOrganisation } from '#domain/organisation.ts'
import type { UserId } from '#domain/user.ts'
import { administratorFor } from '#store/administration.ts'
import type { Member, Standings } from '#store/organisation-pages.ts'
import type { Signon } from '#store/signon.ts'

export interface RequireTwoStepOf {
  readonly organisation: WhichOrganisation
  /** Require it from now on, or lift the requirement? */
  readonly isRequired: boolean
  /** Say what would change, and change nothing. */
  readonly isRehearsal?: boolean
}

export interface RequirementChange {
  readonly organisation: Organisation
  /** `false` when it was so already, perhaps because somebody else was faster. */
  readonly hasChanged: boolean
  readonly standings: Standings
  /** Every member, where they were asked for by `withMembers`. */
  readonly members: readonly Member[]
}

/**
 * Requires 2-step verification of everybody in an organisation, or not any more. Whoever has not set it up and is not
 * exempt is asked at their next click, and told by mail. Of two who do the same, one is told that it was done already.
 */
export const requireTwoStepOf = (
  signon: Signon,
  actor: Actor,
  { organisation: which, isRequired, isRehearsal = false }: RequireTwoStepOf,
  { withMembers = false } = {},
): Promise<RequirementChange> =>
  signon.transaction(async (work) => {
    await administratorFor(work, actor, 'require 2-step verification of an organisation')
    const organisation = await work.organisationPages.lock(which)
    const change = {
      organisation,
      hasChanged: organisation.requiresTwoStep !== isRequired,
      standings: await work.organisationPages.standings(organisation.id),
      members: withMembers ? await work.organisationPages.members(organisation.id) : [],
    }
    if (!change.hasChanged || isRehearsal) return change

    await work.organisationPages.requireTwoStep(organisation.id, isRequired)
    const name = isRequired ? 'organisation-requires-two-step' : 'organisation-spares-two-step'
    await work.record({ name, about: null, note: organisation.name }, actor)
    if (isRequired) {
      const requiredAt = work.now.toISOString()
      const payload = { organisation: organisation.id, requiredAt, after: 0 as UserId }
      await work.jobs.add({ name: 'tell-organisation', payload })
    }
    return change
  })
