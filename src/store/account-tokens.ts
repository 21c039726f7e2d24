import { type TokenPurpose, tokenMilliseconds } from '#domain/account-token.ts'
import type { UserId } from '#domain/user.ts'
import { after } from '#kernel/clock.ts'
import { hashToken, randomSecret } from '#kernel/token.ts'
import type { StoreContext } from './context.ts'

/** A link that somebody holds: whose it is, and whether it is still good. */
export interface AccountToken {
  readonly userId: UserId
  /** Of a change of address: the address that it leads to. */
  readonly email: string | null
  readonly isExpired: boolean
}

/** Links that were sent by mail, by the hash of their token: at most one of each purpose for a person. */
export const accountTokenStore = ({ db, now, random }: StoreContext) => ({
  /** A fresh token, which ends the one before; the answer is its text, which nothing else ever holds. */
  async issue(user: UserId, purpose: TokenPurpose, email: string | null = null): Promise<string> {
    const at = now()
    const text = randomSecret(random)
    const fresh = {
      token_hash: hashToken(text),
      email,
      created_at: at,
      expires_at: after(at, tokenMilliseconds[purpose]),
    }
    await db
      .insertInto('account_tokens')
      .values({ user_id: user, purpose, ...fresh })
      .onConflict((conflict) => conflict.columns(['user_id', 'purpose']).doUpdateSet(fresh))
      .execute()
    return text
  },

  /** The token of this text, if it is one of that purpose that was neither used nor replaced. Looking changes nothing. */
  async seek(purpose: TokenPurpose, text: string): Promise<AccountToken | undefined> {
    const row = await db
      .selectFrom('account_tokens')
      .select(['user_id', 'email', 'expires_at'])
      .where('token_hash', '=', hashToken(text))
      .where('purpose', '=', purpose)
      .executeTakeFirst()
    return row && tokenOf(row, now())
  },

  /** The same, and it is used up: of any number of parallel tries one gets it. An expired one stays, and is no use. */
  async take(purpose: TokenPurpose, text: string): Promise<AccountToken | undefined> {
    const row = await db
      .deleteFrom('account_tokens')
      .where('token_hash', '=', hashToken(text))
      .where('purpose', '=', purpose)
      .where('expires_at', '>', now())
      .returning(['user_id', 'email', 'expires_at'])
      .executeTakeFirst()
    return row && tokenOf(row, now())
  },

  /** Ends the person's tokens of these purposes. */
  async end(user: UserId, ...purposes: readonly TokenPurpose[]): Promise<void> {
    await db
      .deleteFrom('account_tokens')
      .where('user_id', '=', user)
      .where('purpose', 'in', purposes)
      .execute()
  },
})

const tokenOf = (
  row: { readonly user_id: number; readonly email: string | null; readonly expires_at: Date },
  now: Date,
): AccountToken => ({
  userId: row.user_id as UserId,
  email: row.email,
  isExpired: row.expires_at <= now,
})
