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
import { lastSignedInAt, lockSignInState, type SignInState } from './sign-in-states.ts'

interface UserRow extends SignInState {
  readonly id: number
  readonly uid: string
  readonly kind: string
  readonly name: string
  readonly email: string
  readonly role: string
  readonly organisation_id: number | null
  readonly suspended_at: Date | null
  readonly suspension_reason: string | null
  readonly unsuspended_at: Date | null
  readonly invited_at: Date | null
  readonly invited_by: number | null
  readonly invitation_accepted_at: Date | null
}

/** Of an account itself. */
export const accountColumns = [
  'id',
  'uid',
  'kind',
  'name',
  'email',
  'role',
  'organisation_id',
  'suspended_at',
  'suspension_reason',
  'unsuspended_at',
  'invited_at',
  'invited_by',
  'invitation_accepted_at',
] as const

/** Users, whom a condition may narrow. */
export const users = (db: Connection) =>
  db
    .selectFrom('users as u')
    .leftJoin('sign_in_states as s', 's.user_id', 'u.id')
    .select(accountColumns.map((column) => `u.${column}` as const))
    .select(['s.locked_at', lastSignedInAt.as('last_signed_in_at')])

type Users = ReturnType<typeof users>

export const named = (db: Connection, whom: Whom): Users =>
  'email' in whom
    ? byEmail(db, normaliseEmail(whom.email))
    : users(db).where('u.id', '=', whom.id).where('u.kind', '=', whom.kind)

/**
 * The only user of this query, as they are now, held until the transaction ends: the account, and then what signing in
 * changes of it.
 */
export const lockOnly = async (db: Connection, query: Users): Promise<UserRow | undefined> =>
  withSignInState(db, await query.forNoKeyUpdate('u').executeTakeFirst())

/** The row of an account that is held, with what signing in changes of it, which is held from now on, too. */
export const withSignInState = async (
  db: Connection,
  row: UserRow | undefined,
): Promise<UserRow | undefined> => row && { ...row, ...(await lockSignInState(db, row.id as UserId))[0] }

export const foundUser = (row: UserRow | undefined, whom: Whom): User => {
  if (!row) throw noSuchUser(whom)
  return userOf(row)
}

export const byEmail = (db: Connection, email: string): Users => users(db).where('u.email', '=', email)

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
