import { tokenMilliseconds } from '#domain/account-token.ts'
import type { UserId } from '#domain/user.ts'
import { after } from '#kernel/clock.ts'
import { accountTokenStore } from './account-tokens.ts'
import type { StoreContext } from './context.ts'

/** An address that somebody is to have when it has confirmed so. */
export interface EmailChange {
  readonly email: string
  readonly begunAt: Date
  /** The links that were sent about it are too old: they must be sent again. */
  readonly isExpired: boolean
}

/** Changes of address that wait for their new address: at most one for a person. */
export const emailChangeStore = (context: StoreContext) => {
  const { db, now } = context
  const links = accountTokenStore(context)

  return {
    /** Holds a normalised address until it is confirmed. It takes the place of one that waits, whose links end. */
    async begin(user: UserId, email: string, begunBy: UserId | null): Promise<void> {
      const fresh = { email, begun_by: begunBy, created_at: now() }
      await db
        .insertInto('email_changes')
        .values({ user_id: user, ...fresh })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(fresh))
        .execute()
      await links.end(user, 'email-confirmation', 'email-objection')
    },

    async seek(user: UserId): Promise<EmailChange | undefined> {
      // Both links are sent together, but the one to confirm never to an address that is somebody else's.
      const row = await db
        .selectFrom('email_changes as c')
        .leftJoin('account_tokens as t', (join) =>
          join.onRef('t.user_id', '=', 'c.user_id').on('t.purpose', '=', 'email-objection'),
        )
        .select(['c.email', 'c.created_at', 't.expires_at'])
        .where('c.user_id', '=', user)
        .executeTakeFirst()
      if (!row) return undefined
      const end = row.expires_at ?? after(row.created_at, tokenMilliseconds['email-objection'])
      return { email: row.email, begunAt: row.created_at, isExpired: end <= now() }
    },

    /** The change to this address waits no longer; `false` when it did not wait. Of parallel tries one gets `true`. */
    async take(user: UserId, email: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('email_changes')
        .where('user_id', '=', user)
        .where('email', '=', email)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    /** Gives up the change that waits, whose links end; the answer is its address, or nothing when none waits. */
    async cancel(user: UserId): Promise<string | undefined> {
      const gone = await db
        .deleteFrom('email_changes')
        .where('user_id', '=', user)
        .returning('email')
        .executeTakeFirst()
      await links.end(user, 'email-confirmation', 'email-objection')
      return gone?.email
    },
  }
}
