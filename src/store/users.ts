import { lockOverIfBefore } from '#domain/lockout.ts'
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
import { Conflict, NotFound } from '#kernel/failure.ts'
import { noSuchUser } from './administration.ts'
import { type Connection, isDuplicate, statement } from './connection.ts'
import type { StoreContext } from './context.ts'

export interface NewUser {
  readonly kind: UserKind
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationId: OrganisationId | null
  readonly passwordHash: string | null
}

/** People and machines. */
export const userStore = ({ db, now, random }: StoreContext) => ({
  /** Adds a user. Throws `Conflict` when the address is somebody's already. */
  async add(user: NewUser): Promise<User> {
    const at = now()
    const row = await db
      .insertInto('users')
      .values({
        uid: random.uuid(),
        kind: user.kind,
        name: user.name.trim(),
        email: user.email,
        role: user.role,
        organisation_id: user.organisationId,
        password_hash: user.passwordHash,
        password_changed_at: user.passwordHash === null ? null : at,
        created_at: at,
        updated_at: at,
      })
      .returning(userColumns)
      .executeTakeFirstOrThrow()
      .catch((error: unknown) => throwTaken(error, user.email))
    return userOf(row)
  },

  /** The user with this normalised address. Throws `NotFound`. */
  async findByEmail(email: string): Promise<User> {
    const row = await byEmail(db, email).executeTakeFirst()
    if (!row) throw new NotFound(`There is no account for ${email}.`)
    return userOf(row)
  },

  /** The user with this id, holding the row until the transaction ends. Throws `NotFound`. */
  async lockById(id: UserId): Promise<User> {
    const row = await db
      .selectFrom('users')
      .select(userColumns)
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (!row) throw new NotFound('There is no such account.')
    return userOf(row)
  },

  /** The user, as they are now. Throws `NotFound`. */
  async find(whom: Whom): Promise<User> {
    return foundUser(await named(db, whom).executeTakeFirst(), whom)
  },

  /** The user, holding the row until the transaction ends. Throws `NotFound`. */
  async lockNamed(whom: Whom): Promise<User> {
    return foundUser(await named(db, whom).forNoKeyUpdate().executeTakeFirst(), whom)
  },

  /**
   * The user, and how many other superadmins are active: neither suspended nor only invited. All of them are held, in
   * the order of their ids, until the transaction ends: no two can be suspended or demoted at once. Throws `NotFound`.
   */
  async lockAmongSuperadmins(
    whom: Whom,
  ): Promise<{ readonly user: User; readonly otherSuperadmins: number }> {
    const { id } = foundUser(await named(db, whom).executeTakeFirst(), whom)
    const rows = await db
      .selectFrom('users')
      .select(userColumns)
      .where(({ eb, and, or }) =>
        or([
          eb('id', '=', id),
          and([
            eb('role', '=', 'superadmin'),
            eb('suspended_at', 'is', null),
            or([eb('invited_at', 'is', null), eb('invitation_accepted_at', 'is not', null)]),
          ]),
        ]),
      )
      .orderBy('id')
      .forNoKeyUpdate()
      .execute()
    return {
      user: foundUser(
        rows.find((candidate) => candidate.id === id),
        whom,
      ),
      otherSuperadmins: rows.length - 1,
    }
  },

  /** The user with this normalised address, if there is one. */
  async seekByEmail(email: string): Promise<User | undefined> {
    const row = await byEmail(db, email).executeTakeFirst()
    return row && userOf(row)
  },

  async seek(id: UserId): Promise<User | undefined> {
    const row = await db.selectFrom('users').select(userColumns).where('id', '=', id).executeTakeFirst()
    return row && userOf(row)
  },

  /** Gives the user another normalised address. Throws `Conflict` when it is somebody's already. */
  async changeEmail(user: UserId, email: string): Promise<void> {
    await db
      .updateTable('users')
      .set({ email, updated_at: now() })
      .where('id', '=', user)
      .execute()
      .catch((error: unknown) => throwTaken(error, email))
  },

  /** Deletes the account and all that belongs to it. The log keeps what happened. */
  async remove(user: UserId): Promise<void> {
    await db.deleteFrom('users').where('id', '=', user).execute()
  },

  /** Locks the account from now on; `false` when it was locked already. */
  async lock(user: UserId): Promise<boolean> {
    return (await lock(db, user, now(), lockOverIfBefore(now()))).length > 0
  },

  /** Ends a lock and forgets the wrong passwords. */
  async unlock(user: UserId): Promise<void> {
    await db
      .updateTable('users')
      .set({ locked_at: null, failed_attempts: 0, second_factor_attempts: 0, updated_at: now() })
      .where('id', '=', user)
      .execute()
  },

  async suspend(user: UserId, reason: string): Promise<void> {
    const at = now()
    await db
      .updateTable('users')
      .set({ suspended_at: at, suspension_reason: reason, updated_at: at })
      .where('id', '=', user)
      .execute()
  },

  /** Ends a suspension. The old password does not come back: it must be set anew. */
  async unsuspend(user: UserId): Promise<void> {
    const at = now()
    await db
      .updateTable('users')
      .set({
        suspended_at: null,
        suspension_reason: null,
        unsuspended_at: at,
        password_hash: null,
        updated_at: at,
      })
      .where('id', '=', user)
      .execute()
  },
})

const throwTaken = (error: unknown, email: string): never => {
  throw isDuplicate(error, 'users_email_key')
    ? new Conflict(`There is already an account for ${email}.`)
    : error
}

const userColumns = [
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

const named = (db: Connection, whom: Whom) =>
  'email' in whom
    ? byEmail(db, normaliseEmail(whom.email))
    : db.selectFrom('users').select(userColumns).where('id', '=', whom.id).where('kind', '=', whom.kind)

const foundUser = (row: UserRow | undefined, whom: Whom): User => {
  if (!row) throw noSuchUser(whom)
  return userOf(row)
}

const byEmail = (db: Connection, email: string) =>
  db.selectFrom('users').select(userColumns).where('email', '=', email)

const userOf = (row: UserRow): User => ({
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

const lock = statement<{ readonly id: UserId }, [UserId, Date, Date]>(
  'users.lock',
  'update users set locked_at = $2 where id = $1 and (locked_at is null or locked_at <= $3) returning id',
)
