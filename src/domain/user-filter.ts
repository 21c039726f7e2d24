import type { PermissionId } from './application.ts'
import type { OrganisationId } from './organisation.ts'
import type { UserStatus } from './user.ts'

/** How somebody stands with 2-step verification. */
export type TwoStepStatus = 'enabled' | 'not-set-up' | 'exempted'

/** Which people are asked for: what is empty or missing lets everybody through. Days are YYYY-MM-DD, in London. */
export interface UserFilter {
  /** Name or address contains it, whatever the case. */
  readonly text: string
  readonly statuses: readonly UserStatus[]
  readonly twoStep: readonly TwoStepStatus[]
  /** A role that nobody has, and an organisation or permission that is not there, let nobody through. */
  readonly roles: readonly string[]
  readonly organisations: readonly OrganisationId[]
  /** Those who belong to no organisation, beside those of `organisations`. */
  readonly withoutOrganisation: boolean
  /** Holders of any of them. */
  readonly permissions: readonly PermissionId[]
  /** Has not signed in on this day or later, and is not newer. */
  readonly dormantSince?: string | undefined
  /** The last invitation was sent on this day or later. */
  readonly invitedSince?: string | undefined
  /** The exemption from 2-step verification ends on this day or before. */
  readonly exemptionEndsBy?: string | undefined
}

export type UserOrder = 'name' | 'newest-sign-in' | 'oldest-sign-in'

/** Somebody's place in an order. The key is their name in lower case, or microseconds since 1970, or `never`. */
export interface UserPosition {
  readonly key: string
  readonly id: number
}

/** A list that begins after somebody's place, or ends before it. */
export interface UserPlace extends UserPosition {
  readonly direction: 'after' | 'before'
}
