import { sql } from 'kysely'
import type { ApplicationId } from '#domain/application.ts'
import type { Role, UserId, UserStatus } from '#domain/user.ts'
import type { TwoStepStatus, UserOrder, UserPosition } from '#domain/user-filter.ts'
import { userStatus } from '#domain/user-status.ts'
import { lastSignedInAt } from './sign-in-states.ts'
import { orders } from './user-list-order.sql.ts'

/** A person as the list shows them. */
export interface ListedUser {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisation: string | null
  readonly status: UserStatus
  readonly twoStep: TwoStepStatus
  readonly lastSignedInAt: Date | null
  readonly position: UserPosition
}

/** A person as the export has them. */
export interface ExportedUser extends ListedUser {
  readonly signInCount: number
  readonly createdAt: Date
  /** YYYY-MM-DD */
  readonly exemptUntil: string | null
  /** Names of what they hold, in order, by application. */
  readonly permissions: ReadonlyMap<ApplicationId, readonly string[]>
}

/** The columns of a `ListedRow`, of the user `u`, their sign-ins `s` and their organisation `o`. */
export const columns = (order: UserOrder) => sql`
  u.id, u.name, u.email, u.role, o.name as organisation, u.suspended_at, s.locked_at, u.invited_at,
  u.invitation_accepted_at, u.has_second_factor, u.exempt_until is not null as is_exempt,
  ${lastSignedInAt} as last_signed_in_at, ${orders[order].written} as key`

export interface ListedRow {
  readonly id: UserId
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisation: string | null
  readonly suspended_at: Date | null
  readonly locked_at: Date | null
  readonly invited_at: Date | null
  readonly invitation_accepted_at: Date | null
  readonly has_second_factor: boolean
  readonly is_exempt: boolean
  readonly last_signed_in_at: Date | null
  readonly key: string
}

export const listedUser = (row: ListedRow, now: Date): ListedUser => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: row.role,
  organisation: row.organisation,
  status: userStatus(
    {
      suspendedAt: row.suspended_at,
      lockedAt: row.locked_at,
      invitedAt: row.invited_at,
      invitationAcceptedAt: row.invitation_accepted_at,
    },
    now,
  ),
  twoStep: row.has_second_factor ? 'enabled' : row.is_exempt ? 'exempted' : 'not-set-up',
  lastSignedInAt: row.last_signed_in_at,
  position: { key: row.key, id: row.id },
})

export interface ExportedRow extends ListedRow {
  readonly sign_in_count: number
  readonly created_at: Date
  readonly exempt_until: string | null
  readonly permissions: readonly (readonly [ApplicationId, string])[] | null
}

export const exportedUser = (row: ExportedRow, now: Date): ExportedUser => ({
  ...listedUser(row, now),
  signInCount: row.sign_in_count,
  createdAt: row.created_at,
  exemptUntil: row.exempt_until,
  permissions: namesByApplication(row.permissions ?? []),
})

const namesByApplication = (
  held: readonly (readonly [ApplicationId, string])[],
): ReadonlyMap<ApplicationId, readonly string[]> => {
  const names = new Map<ApplicationId, string[]>()
  for (const [application, name] of held) names.set(application, [...(names.get(application) ?? []), name])
  return names
}
