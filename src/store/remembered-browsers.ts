import { rememberedUntil } from '#domain/two-step.ts'
import type { UserId } from '#domain/user.ts'
import { mintForNewRow, type TimeOrderedId } from '#kernel/token.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { storedUserAgent } from './events.ts'

/** Browsers in which the second step is not asked for again for a while, by the hash of their cookie. */
export const rememberedBrowserStore = ({ db, now, random }: StoreContext) => ({
  /** Remembers a browser; the answer is its cookie's text, which nothing else ever holds. */
  async remember(user: UserId, from: { address?: string; userAgent?: string }): Promise<string> {
    const at = now()
    const [address, userAgent] = [from.address ?? null, storedUserAgent(from.userAgent)]
    return mintForNewRow(at, random, async ({ id, hash }) => {
      const added = await remember(db, id, hash, user, at, rememberedUntil(at), address, userAgent)
      return added.length > 0
    })
  },

  /** Forgets every browser of a person, at once. */
  async endAll(user: UserId): Promise<void> {
    await db.deleteFrom('remembered_browsers').where('user_id', '=', user).execute()
  },
})

const remember = statement<
  { readonly id: TimeOrderedId },
  [TimeOrderedId, Buffer, UserId, Date, Date, string | null, string | null]
>(
  'remembered-browsers.remember',
  `insert into remembered_browsers (id, token_hash, user_id, created_at, expires_at, last_used_at, address, user_agent)
   values ($1, $2, $3, $4, $5, $4, $6, $7)
   on conflict (id) do nothing returning id`,
)
