import { noteOfChange } from '#domain/event-note.ts'
import type { Actor } from '#domain/events.ts'
import { roleRequiresTwoStep } from '#domain/two-step.ts'
import { organisationFault, type Role, roleNames, type User } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import { Conflict } from '#kernel/failure.ts'
import { refuseFaults } from '#kernel/faults.ts'
import type { Work } from '#store/signon.ts'
import { changedMeanwhile } from './stale.ts'

/** A person whose row is held, and how many other active superadmins there are. */
export interface Held {
  readonly user: User
  readonly otherSuperadmins: number
}

export interface WantedRole {
  readonly role: Role
  /** The role that the actor saw. */
  readonly was?: string
}

/**
 * Gives a person another role, which holds from their next request on. The same role again changes nothing, and is not
 * recorded. Throws `Conflict` for the last active superadmin, for somebody who is exempt from 2-step verification, and
 * when the role is not what the actor saw; `Invalid` for a role that needs an organisation.
 */
export const giveRole = async (
  work: Work,
  actor: Actor,
  { user, otherSuperadmins }: Held,
  { role, was }: WantedRole,
): Promise<void> => {
  if (user.kind !== 'person') throw new Conflict(`${user.email} is an API user, and has no role.`)
  if (user.role === role) return
  if (was !== undefined && was !== user.role) throw changedMeanwhile('role', roleNames[user.role])
  if (isActiveSuperadmin(user) && otherSuperadmins === 0)
    throw new Conflict(
      `${user.name} is the last active superadmin. Make somebody else a superadmin first: somebody has to look after Signon.`,
    )
  refuseFaults([organisationFault(role, user.organisationId !== null)])
  if (roleRequiresTwoStep(role) && (await work.twoStep.find(user.id)).isExempt)
    throw new Conflict(exemptKeepRole(user.name))

  await work.users.changeRole(user.id, role)
  await work.record({ name: 'role-changed', about: user, note: noteOfChange(user.role, role) }, actor)
}

/** Why the role of somebody who is exempt is not changed, and what to do about it (observation 11). */
export const exemptKeepRole = (name: string): string =>
  `${name} is exempt from 2-step verification, which every role but ${roleNames.normal} requires. Turn on 2-step verification for them first: that ends the exemption.`

const isActiveSuperadmin = (user: User): boolean =>
  user.role === 'superadmin' && user.suspendedAt === null && !isInvited(user)
