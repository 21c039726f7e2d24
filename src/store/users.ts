import { lockOverIfBefore } from '#domain/lockout.ts'
import type { OrganisationId } from '#domain/organisation.ts'
import type { Role, User, UserId, UserKind, Whom } from '#domain/user.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { type Connection, isDuplicate, statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import {
  accountColumns,
  byEmail,
  foundUser,
  lockOnly,
  named,
  userOf,
  users,
  withSignInState,
} from './user-rows.ts'

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
      .returning(accountColumns)
      .executeTakeFirstOrThrow()
      .catch((error: unknown) => throwTaken(error, user.email))
    return userOf({ ...row, locked_at: null, last_signed_in_at: null })
  },

  /** The user with this normalised address. Throws `NotFound`. */
  async findByEmail(email: string): Promise<User> {
    const row = await byEmail(db, email).executeTakeFirst()
    if (!row) throw new NotFound(`There is no account for ${email}.`)
    return userOf(row)
  },

  /** The user with this id, held until the transaction ends. Throws `NotFound`. */
  async lockById(id: UserId): Promise<User> {
    const user = await this.seekAndLock(id)
    if (!user) throw new NotFound('There is no such account.')
    return user
  },

  /** The same; nothing when there is none. */
  async seekAndLock(id: UserId): Promise<User | undefined> {
    const row = await lockOnly(db, users(db).where('u.id', '=', id))
    return row && userOf(row)
  },

  /** The user, as they are now. Throws `NotFound`. */
  async find(whom: Whom): Promise<User> {
    return foundUser(await named(db, whom).executeTakeFirst(), whom)
  },

  /** The user, held until the transaction ends. Throws `NotFound`. */
  async lockNamed(whom: Whom): Promise<User> {
    return foundUser(await lockOnly(db, named(db, whom)), whom)
  },

  /**
   * The user, held as above, and how many other superadmins are active: neither suspended nor only invited. The accounts
   * of all of them are held, in the order of their ids, until the transaction ends: no two can be suspended or demoted at
   * once. Throws `NotFound`.
   */
  async lockAmongSuperadmins(
    whom: Whom,
  ): Promise<{ readonly user: User; readonly otherSuperadmins: number }> {
    const { id } = foundUser(await named(db, whom).executeTakeFirst(), whom)
    const rows = await users(db)
      .where(({ eb, and, or }) =>
        or([
          eb('u.id', '=', id),
          and([
            eb('u.role', '=', 'superadmin'),
            eb('u.suspended_at', 'is', null),
            or([eb('u.invited_at', 'is', null), eb('u.invitation_accepted_at', 'is not', null)]),
          ]),
        ]),
      )
      .orderBy('u.id')
      .forNoKeyUpdate('u')
      .execute()
    const row = rows.find((candidate) => candidate.id === id)
    return {
      user: foundUser(await withSignInState(db, row), whom),
      otherSuperadmins: rows.length - 1,
    }
  },

  /** The user with this normalised address, if there is one. */
  async seekByEmail(email: string): Promise<User | undefined> {
    const row = await byEmail(db, email).executeTakeFirst()
    return row && userOf(row)
  },

  async seek(id: UserId): Promise<User | undefined> {
    const row = await users(db).where('u.id', '=', id).executeTakeFirst()
    return row && userOf(row)
  },

  /** Gives the user another name, which is trimmed. */
  async changeName(user: UserId, name: string): Promise<void> {
    await change(db, user, { name: name.trim(), updated_at: now() })
  },

  async changeRole(user: UserId, role: Role): Promise<void> {
    await change(db, user, { role, updated_at: now() })
  },

  /** Moves the user to another organisation, or to none. */
  async changeOrganisation(user: UserId, organisation: OrganisationId | null): Promise<void> {
    await change(db, user, { organisation_id: organisation, updated_at: now() })
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

  /** Ends a lock and forgets wrong passwords and codes. */
  async unlock(user: UserId): Promise<void> {
    await db
      .updateTable('sign_in_states')
      .set({ locked_at: null, failed_attempts: 0, second_factor_attempts: 0 })
      .where('user_id', '=', user)
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

  /** Ends a suspension. */
  async unsuspend(user: UserId): Promise<void> {
    const at = now()
    await db
      .updateTable('users')
      .set({
        suspended_at: null,
        suspension_reason: null,
        unsuspended_at: at,
        updated_at: at,
      })
      .where('id', '=', user)
      .execute()
  },
})

const change = async (
  db: Connection,
  user: UserId,
  values: {
    readonly name?: string
    readonly role?: Role
    readonly organisation_id?: OrganisationId | null
    readonly updated_at: Date
  },
): Promise<void> => {
  await db.updateTable('users').set(values).where('id', '=', user).execute()
}

const throwTaken = (error: unknown, email: string): never => {
  throw isDuplicate(error, 'users_email_key')
    ? new Conflict(`There is already an account for ${email}.`)
    : error
}

const lock = statement<{ readonly id: UserId }, [UserId, Date, Date]>(
  'users.lock',
  `update sign_in_states set locked_at = $2
   where user_id = $1 and (locked_at is null or locked_at <= $3) returning user_id as id`,
)
