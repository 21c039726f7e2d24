import { signInBy } from '#domain/dormancy.ts'
import { lockEndsAt } from '#domain/lockout.ts'
import { dayInWords, londonDate, londonMoment, shortLondonMoment } from '#domain/london-time.ts'
import { mustUseTwoStep, roleRequiresTwoStep } from '#domain/two-step.ts'
import { roleNames, type User, type UserStatus } from '#domain/user.ts'
import { isInvited } from '#domain/user-status.ts'
import type { TwoStepState } from '#store/two-step.ts'
import type { PendingEmail } from '#store/user-page.ts'
import type { UserLookedAt } from './look-at-user.ts'

/** Something about a person in words, and what else is to be said of it. */
export interface Fact {
  readonly value: string
  readonly note: string | null
}

export const statusFact = (user: User, status: UserStatus): Fact => {
  if (user.suspendedAt !== null)
    return { value: '', note: `Since ${shortLondonMoment(user.suspendedAt)}: ${user.suspensionReason}` }
  if (status !== 'locked' || user.lockedAt === null) return { value: '', note: null }
  return { value: '', note: `Until ${londonMoment(lockEndsAt(user.lockedAt))}, after too many wrong details` }
}

/** How somebody stands with 2-step verification, and why they must use it. */
export const twoStepFact = (state: TwoStepState): Fact => {
  const required = requiredBy(state)
  const why = required && `Required by ${required}`
  if (state.hasSecondFactor) return { value: 'Enabled', note: why }
  if (state.exemption) {
    const until = dayInWords(state.exemption.until)
    return { value: `Exempted until ${until}`, note: `Reason: ${state.exemption.reason}` }
  }
  return mustUseTwoStep(state)
    ? { value: 'Required but not set up', note: why }
    : { value: 'Not set up', note: null }
}

const requiredBy = (state: TwoStepState): string | null => {
  const all = [
    roleRequiresTwoStep(state.role) && 'their role',
    state.isRequiredByOrganisation && !state.isExempt && 'their organisation',
    state.isRequired && 'an administrator, of them in particular',
  ].filter((one) => one !== false)
  return all.length === 0 ? null : all.join(', and by ')
}

/** When somebody was invited, by whom, and whether they have accepted; nothing when they were not. */
export const invitationFact = (user: User, invitedBy: string | null): Fact | undefined => {
  if (user.invitedAt === null) return undefined
  const by = invitedBy === null ? '' : ` by ${invitedBy}`
  return {
    value: `${shortLondonMoment(user.invitedAt)}${by}`,
    note:
      user.invitationAcceptedAt === null
        ? 'Not accepted yet'
        : `Accepted ${shortLondonMoment(user.invitationAcceptedAt)}`,
  }
}

/** Until when somebody whose suspension was lifted must sign in; nothing once they have. */
export const signInByFact = (user: User): Fact | undefined => {
  const { unsuspendedAt, lastSignedInAt } = user
  if (unsuspendedAt === null || (lastSignedInAt !== null && lastSignedInAt > unsuspendedAt)) return undefined
  const lastDay = signInBy(user)
  return lastDay && { value: londonDate(lastDay), note: 'Or they are suspended again, as unused' }
}

/** What has become of a change of address that waits. */
export const pendingWords = ({ begunAt, begunBy, isExpired }: PendingEmail, user: User): string => {
  const by = begunBy === null ? '' : ` by ${begunBy.id === user.id ? 'themselves' : begunBy.name}`
  const begun = `Asked for ${shortLondonMoment(begunAt)}${by}.`
  return isExpired
    ? `${begun} The link in the email has expired: send it again.`
    : `${begun} It takes effect when the link in the email to the new address is followed. The link is good for 2 weeks.`
}

/** Why somebody may be managed by who looks at them: in words, and the way from organisation to organisation. */
export interface Why {
  readonly sentence: string
  /** From the administrator’s organisation down to the person’s; empty where that is not why. */
  readonly way: readonly string[]
}

/** Answers `Why can I manage this person?`, by role and by the graph of organisations. */
export const whyManaged = ({ administrator, user, way }: UserLookedAt): Why => {
  const role = administrator.kind === 'person' ? administrator.role : 'superadmin'
  const own = way[0]?.name ?? ''
  const theirs = `${user.name}’s role is ${roleNames[user.role]}`
  if (role === 'super_organisation_admin')
    return {
      sentence: `You are a super organisation admin of ${own}. Super organisation admins manage super organisation admins, organisation admins and normal users of their organisation and of every organisation below it. ${theirs}, and ${way.length > 1 ? 'their organisation is below yours' : 'their organisation is yours'}.`,
      way:
        way.length > 1 ? way.map(({ name, isByHand }) => (isByHand ? `${name} (added by hand)` : name)) : [],
    }
  if (role === 'organisation_admin')
    return {
      sentence: `You are an organisation admin of ${own}. Organisation admins manage organisation admins and normal users of their own organisation. ${theirs}, and their organisation is yours.`,
      way: [],
    }
  if (role === 'admin')
    return {
      sentence: `You are an admin. Admins manage everybody but superadmins, in every organisation. ${theirs}.`,
      way: [],
    }
  return { sentence: 'You are a superadmin. Superadmins manage everybody.', way: [] }
}

/** May an invitation be sent to them again? */
export const mayBeInvitedAgain = (user: User): boolean => isInvited(user) && user.suspendedAt === null
