import { oldPasswordsKept, type PasswordOwner } from '#domain/password.ts'
import { codesUntilLock } from '#domain/two-step.ts'
import type { UserId } from '#domain/user.ts'
import { NotFound } from '#kernel/failure.ts'
import { type Connection, statement } from './connection.ts'
import type { StoreContext } from './context.ts'

/** The passwords of people, and those that they had before. */
export const passwordStore = ({ db, now }: StoreContext) => ({
  /** A person as the rules for new passwords see them. Throws `NotFound`. */
  async owner(user: UserId): Promise<PasswordOwner> {
    const row = await db
      .selectFrom('users as u')
      .leftJoin('organisations as o', 'o.id', 'u.organisation_id')
      .select(['u.name', 'u.email', 'u.exempt_reason', 'u.password_hash', 'o.name as organisation'])
      .where('u.id', '=', user)
      .executeTakeFirst()
    if (!row) throw new NotFound('There is no such account.')
    const { name, email, organisation } = row
    const old = await db
      .selectFrom('old_passwords')
      .select('password_hash')
      .where('user_id', '=', user)
      .orderBy('id', 'desc')
      .limit(oldPasswordsKept)
      .execute()
    const usedHashes = [row, ...old].flatMap(({ password_hash }) => password_hash ?? [])
    return { name, email, organisation, isExempt: row.exempt_reason !== null, usedHashes }
  },

  /** Has the person's password this hash still? Of a locked person it stays so until the transaction ends. */
  async isStill(user: UserId, hash: string): Promise<boolean> {
    const row = await db
      .selectFrom('users')
      .select('id')
      .where('id', '=', user)
      .where('password_hash', '=', hash)
      .executeTakeFirst()
    return row !== undefined
  },

  /**
   * Gives a person the password of this hash: the one before is kept to be refused, wrong passwords and a lock by them
   * are forgotten, and links to choose another password are dead. Wrong codes, and a lock by them, stay. `false`, and
   * nothing is changed, when the present password has not the hash `instead`, if that is given.
   */
  async replace(user: UserId, hash: string, instead?: string): Promise<boolean> {
    const present = await db
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', user)
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (!present || (instead !== undefined && present.password_hash !== instead)) return false
    await db
      .updateTable('users')
      .set({ password_hash: hash, password_changed_at: now(), updated_at: now() })
      .where('id', '=', user)
      .execute()
    await forgetWrongPasswords(db, user, codesUntilLock)
    if (present.password_hash !== null) await keepOld(db, user, present.password_hash, now())
    await endResetLinks(db, user)
    return true
  },

  /** Does the person have a password at all? */
  async has(user: UserId): Promise<boolean> {
    return (await presentHash(db, user)) !== null
  },

  /**
   * Takes the password of a person whose row is held away: no text is it any more, and a link to choose another is dead.
   * `false` when there was none.
   */
  async discard(user: UserId): Promise<boolean> {
    const present = await presentHash(db, user)
    if (present === null) return false
    await keepOld(db, user, present, now())
    await db
      .updateTable('users')
      .set({ password_hash: null, password_changed_at: now(), updated_at: now() })
      .where('id', '=', user)
      .execute()
    await endResetLinks(db, user)
    return true
  },
})

const presentHash = async (db: Connection, user: UserId): Promise<string | null> => {
  const row = await db.selectFrom('users').select('password_hash').where('id', '=', user).executeTakeFirst()
  return row?.password_hash ?? null
}

const forgetWrongPasswords = statement<never, [UserId, codesUntilLock: number]>(
  'passwords.forget-wrong-ones',
  `update sign_in_states set failed_attempts = 0,
     locked_at = case when second_factor_attempts >= $2 then locked_at end
   where user_id = $1`,
)

const endResetLinks = async (db: Connection, user: UserId): Promise<void> => {
  await db
    .deleteFrom('account_tokens')
    .where('user_id', '=', user)
    .where('purpose', '=', 'password-reset')
    .execute()
}

/** A password that is the person's no more is kept to be refused, and those that are refused no longer are forgotten. */
const keepOld = async (db: Connection, user: UserId, hash: string, now: Date): Promise<void> => {
  await db
    .insertInto('old_passwords')
    .values({ user_id: user, password_hash: hash, created_at: now })
    .execute()
  await db
    .deleteFrom('old_passwords')
    .where('user_id', '=', user)
    .where('id', 'not in', (old) =>
      old
        .selectFrom('old_passwords')
        .select('id')
        .where('user_id', '=', user)
        .orderBy('id', 'desc')
        .limit(oldPasswordsKept),
    )
    .execute()
}
