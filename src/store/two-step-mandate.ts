import type { Actor } from '#domain/events.ts'
import type { User } from '#domain/user.ts'
import type { Work } from './signon.ts'

/** Requires 2-step verification of a person, and records it; an exemption ends. */
export const mandateTwoStep = async (work: Work, actor: Actor, user: User): Promise<void> => {
  await work.twoStep.require(user.id)
  await work.record({ name: 'two-step-required', about: user }, actor)
}
