import { lockOverIfBefore } from '#domain/lockout.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, User, UserId, UserKind, UserUid } from '#domain/user.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { type Connection, isDuplicate, statement, unhurried } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A person as the password step sees them: this attempt is counted already. */
export interface Attempt {
  readonly id: UserId
  readonly uid: UserUid
  readonly passwordHash: string | null
  readonly failedAttempts: number
  readonly lockedAt: Date | null
  readonly isSuspended: boolean
}

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
      .catch((error: unknown) => {
        throw isDuplicate(error, 'users_email_key')
          ? new Conflict(`There is already an account for ${user.email}.`)
          : error
      })
    return userOf(row)
  },

  /** The user with this normalised address. Throws `NotFound`. */
  async findByEmail(email: string): Promise<User> {
    const row = await byEmail(db, email).executeTakeFirst()
    if (!row) throw new NotFound(`There is no account for ${email}.`)
    return userOf(row)
  },

  /** The same, holding the row until the transaction ends. */
  async lockByEmail(email: string): Promise<User> {
    const row = await byEmail(db, email).forNoKeyUpdate().executeTakeFirst()
    if (!row) throw new NotFound(`There is no account for ${email}.`)
    return userOf(row)
  },

  /**
   * The user with this normalised address, and how many other superadmins are not suspended. All of them are held, in
   * the order of their ids, until the transaction ends: no two can be suspended or demoted at once. Throws `NotFound`.
   */
  async lockAmongSuperadmins(
    email: string,
  ): Promise<{ readonly user: User; readonly otherSuperadmins: number }> {
    const rows = await db
      .selectFrom('users')
      .select(userColumns)
      .where(({ eb, and, or }) =>
        or([eb('email', '=', email), and([eb('role', '=', 'superadmin'), eb('suspended_at', 'is', null)])]),
      )
      .orderBy('id')
      .forNoKeyUpdate()
      .execute()
    const row = rows.find((candidate) => candidate.email === email)
    if (!row) throw new NotFound(`There is no account for ${email}.`)
    return { user: userOf(row), otherSuperadmins: rows.length - 1 }
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

  /**
   * Counts an attempt to sign in with a password before it is judged, so that parallel ones cannot pass the limit; a
   * lock that is over ends first. Nothing when no person has the address.
   */
  async beginAttempt(email: string): Promise<Attempt | undefined> {
    const [row] = await beginAttempt(db, email, lockOverIfBefore(now()))
    return row
  },

  /**
   * The attempt was right: counters start again, and the sign-in counts. `false` when the account was locked or
   * suspended, or its password changed, since the attempt began.
   */
  async endAttempt({ id, passwordHash }: Attempt): Promise<boolean> {
    return (await endAttempt(db, id, now(), lockOverIfBefore(now()), passwordHash)).length > 0
  },

  /** The attempt does not count after all. */
  async takeBackAttempt(user: UserId): Promise<void> {
    await takeBackAttempt(db, user)
  },

  /** Locks the account from now on; `false` when it was locked already. */
  async lock(user: UserId): Promise<boolean> {
    return (await lock(db, user, now(), lockOverIfBefore(now()))).length > 0
  },

  /** Ends a lock and forgets the wrong passwords. */
  async unlock(user: UserId): Promise<void> {
    await db
      .updateTable('users')
      .set({ locked_at: null, failed_attempts: 0, updated_at: now() })
      .where('id', '=', user)
      .execute()
  },

  /** Replaces the password by one with this hash; a lock ends, and wrong passwords are forgotten. */
  async setPassword(user: UserId, hash: string): Promise<void> {
    const changed = { password_hash: hash, password_changed_at: now(), updated_at: now() }
    await db
      .updateTable('users')
      .set({ ...changed, locked_at: null, failed_attempts: 0 })
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
})

// What follows from the attempt is committed with care, and takes its count along.
const beginAttempt = statement<Attempt, [email: string, lockOverIfBefore: Date]>(
  'users.begin-attempt',
  `update users set
     failed_attempts = case when locked_at <= $2 then 1 else failed_attempts + 1 end,
     locked_at = case when locked_at <= $2 then null else locked_at end
   from ${unhurried}
   where email = $1 and kind = 'person'
   returning id, uid, password_hash as "passwordHash", failed_attempts as "failedAttempts", locked_at as "lockedAt",
     suspended_at is not null as "isSuspended"`,
)

const endAttempt = statement<
  { readonly id: UserId },
  [UserId, now: Date, lockOverIfBefore: Date, passwordHash: string | null]
>(
  'users.end-attempt',
  `update users set failed_attempts = 0, last_signed_in_at = $2, sign_in_count = sign_in_count + 1
   where id = $1 and suspended_at is null and coalesce(locked_at <= $3, true) and password_hash = $4
   returning id`,
)

const takeBackAttempt = statement<never, [UserId]>(
  'users.take-back-attempt',
  'update users set failed_attempts = greatest(failed_attempts - 1, 0) where id = $1',
)

const lock = statement<{ readonly id: UserId }, [UserId, Date, Date]>(
  'users.lock',
  'update users set locked_at = $2 where id = $1 and (locked_at is null or locked_at <= $3) returning id',
)
