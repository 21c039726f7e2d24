import { recoveryCodeCount, tidyCode } from '#domain/two-step.ts'
import type { UserId } from '#domain/user.ts'
import { hashToken, readableCode } from '#kernel/token.ts'
import type { StoreContext } from './context.ts'

/** Codes for when no authenticator app is at hand. Each is good once; only hashes are kept. */
export const recoveryCodeStore = ({ db, now, random }: StoreContext) => ({
  /** Makes new codes, and ends those before; the answer is their texts, which nothing else ever holds. */
  async renew(user: UserId): Promise<readonly string[]> {
    await this.endAll(user)
    const codes = Array.from({ length: recoveryCodeCount }, () => readableCode(random))
    await db
      .insertInto('recovery_codes')
      .values(
        codes.map((code) => ({ user_id: user, code_hash: hashToken(tidyCode(code)), created_at: now() })),
      )
      .execute()
    return codes
  },

  async endAll(user: UserId): Promise<void> {
    await db.deleteFrom('recovery_codes').where('user_id', '=', user).execute()
  },

  /** Uses up a code as it was typed: of any number of parallel tries one gets it. */
  async take(user: UserId, typed: string): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('recovery_codes')
      .where('user_id', '=', user)
      .where('code_hash', '=', hashToken(tidyCode(typed)))
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  },

  /** How many are left. */
  async count(user: UserId): Promise<number> {
    const { count } = await db
      .selectFrom('recovery_codes')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow()
    return Number(count)
  },
})
