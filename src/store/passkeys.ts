import type { PasskeyId } from '#domain/passkey.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { hashToken } from '#kernel/token.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { type Factor, listFactors, removeFactor } from './factor-rows.ts'

/** What a passkey proves itself by. */
export interface PasskeyKey {
  /** Base64url, as browsers name it. */
  readonly credentialId: string
  readonly publicKey: Buffer
  /** How often it was used, as far as it counts; 0 when it does not. */
  readonly signCount: number
  readonly transports: readonly string[]
}

/** One that was presented, and whose it is. */
export interface PresentedPasskey extends PasskeyKey {
  readonly id: PasskeyId
  readonly userId: UserId
  readonly uid: UserUid
}

/** Passkeys (WebAuthn credentials), by the public half of their key. */
export const passkeyStore = ({ db, now }: StoreContext) => ({
  /** Adds a passkey; `false` when somebody has it already. */
  async add(user: UserId, name: string, key: PasskeyKey): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('passkeys')
      .values({
        user_id: user,
        name,
        credential_id: Buffer.from(key.credentialId, 'base64url'),
        public_key: key.publicKey,
        sign_count: key.signCount,
        transports: [...key.transports],
        created_at: now(),
      })
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  },

  /** The person's passkeys, oldest first. */
  list: (user: UserId): Promise<readonly Factor<PasskeyId>[]> => listFactors(db, 'passkeys', user),

  /** What a browser is told of the person's passkeys, so that it offers one of them. */
  async keysOf(user: UserId): Promise<readonly Pick<PasskeyKey, 'credentialId' | 'transports'>[]> {
    const rows = await db
      .selectFrom('passkeys')
      .select(['credential_id', 'transports'])
      .where('user_id', '=', user)
      .orderBy('id')
      .execute()
    return rows.map((row) => ({
      credentialId: row.credential_id.toString('base64url'),
      transports: row.transports,
    }))
  },

  async seek(credentialId: string): Promise<PresentedPasskey | undefined> {
    const row = await db
      .selectFrom('passkeys')
      .innerJoin('users', 'users.id', 'passkeys.user_id')
      .select(['passkeys.id', 'user_id', 'uid', 'public_key', 'sign_count', 'transports'])
      .where('credential_id', '=', Buffer.from(credentialId, 'base64url'))
      .executeTakeFirst()
    return (
      row && {
        id: row.id as PasskeyId,
        userId: row.user_id as UserId,
        uid: row.uid as UserUid,
        credentialId,
        publicKey: row.public_key,
        signCount: Number(row.sign_count),
        transports: row.transports,
      }
    )
  },

  /** Notes a use; `false` when its count did not grow: then the passkey was copied, or the answer is an old one. */
  async use(passkey: PasskeyId, signCount: number): Promise<boolean> {
    return (await use(db, passkey, signCount, now())).length > 0
  },

  /** Removes one of the person's passkeys; the answer is its name, if it was there. */
  remove: (user: UserId, passkey: PasskeyId): Promise<string | undefined> =>
    removeFactor(db, 'passkeys', user, passkey),

  /** Notes that a challenge was answered, which happens once. */
  async answerChallenge(challenge: string, expiresAt: Date): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('answered_challenges')
      .values({ challenge_hash: hashToken(challenge), expires_at: expiresAt })
      .onConflict((conflict) => conflict.column('challenge_hash').doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  },
})

const use = statement<{ readonly id: PasskeyId }, [PasskeyId, signCount: number, now: Date]>(
  'passkeys.use',
  `update passkeys set sign_count = $2, last_used_at = $3
   where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0)) returning id`,
)
