import type { OrganisationId } from '#domain/organisation.ts'
import {
  normaliseEmail,
  type Role,
  type User,
  type UserId,
  type UserKind,
  type UserUid,
  type Whom,
} from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import type { Connection } from './connection.ts'

export const userColumns = [
  'id',
  'uid',
  'kind',
  'name',
  'email',
  'role',
  'organisation_id',
  'suspended_at',
  'suspension_reason',
  'locked_at',
  'unsuspended_at',
  'last_signed_in_at',
  'invited_at',
  'invited_by',
  'invitation_accepted_at',
] as const

interface UserRow {
  readonly id: number
  readonly uid: string
  readonly kind: string
  readonly name: string
  readonly email: string
  readonly role: string
  readonly organisation_id: number | null
  readonly suspended_at: Date | null
  readonly suspension_reason: string | null
  readonly locked_at: Date | null
  readonly unsuspended_at: Date | null
  readonly last_signed_in_at: Date | null
  readonly invited_at: Date | null
  readonly invited_by: number | null
  readonly invitation_accepted_at: Date | null
}

export const named = (db: Connection, whom: Whom) =>
  'email' in whom
    ? byEmail(db, normaliseEmail(whom.email))
    : db.selectFrom('users').select(userColumns).where('id', '=', whom.id).where('kind', '=', whom.kind)

export const foundUser = (row: UserRow | undefined, whom: Whom): User => {
  if (!row) throw noSuchUser(whom)
  return userOf(row)
}

export const byEmail = (db: Connection, email: string) =>
  db.selectFrom('users').select(userColumns).where('email', '=', email)

export const userOf = (row: UserRow): User => ({
  id: row.id as UserId,
  uid: row.uid as UserUid,
  kind: row.kind as UserKind,
  name: row.name,
  email: row.email,
  role: row.role as Role,
  organisationId: row.organisation_id as OrganisationId | null,
  suspendedAt: row.suspended_at,
  suspensionReason: row.suspension_reason,
  lockedAt: row.locked_at,
  unsuspendedAt: row.unsuspended_at,
  lastSignedInAt: row.last_signed_in_at,
  invitedAt: row.invited_at,
  invitedBy: row.invited_by as UserId | null,
  invitationAcceptedAt: row.invitation_accepted_at,
})

/** What is said of a user who is not there. Of one whom somebody does not reach the very same is said. */
export const noSuchUser = (whom: Whom): NotFound =>
  new NotFound(
    'email' in whom ? `There is no account for ${normaliseEmail(whom.email)}.` : 'There is no such account.',
  )
