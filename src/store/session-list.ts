import { sql } from 'kysely'
import { idleSince, type SessionLevel, type SessionMethod } from '#domain/session.ts'
import type { UserId } from '#domain/user.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import type { Connection } from './connection.ts'
import type { StoreContext } from './context.ts'

/** A browser that somebody is signed in with, as they see it. */
export interface ListedSession {
  readonly id: TimeOrderedId
  readonly level: SessionLevel
  readonly method: SessionMethod
  readonly begunAt: Date
  readonly lastSeenAt: Date
  readonly address: string | null
  readonly userAgent: string | null
}

/** A browser that is not asked for the second step, as its person sees it. */
export interface ListedBrowser {
  readonly id: TimeOrderedId
  readonly rememberedAt: Date
  readonly lastUsedAt: Date
  readonly expiresAt: Date
  readonly address: string | null
  readonly userAgent: string | null
}

/** Where a person is signed in, or remembered. Each of them is reached together with its person only. */
export const sessionListStore = ({ db, now }: StoreContext) => ({
  /** The live sessions of a person, the last used first. */
  async sessions(user: UserId): Promise<readonly ListedSession[]> {
    const { rows } = await sql<ListedSession>`
      select id, level, method, created_at as "begunAt", last_seen_at as "lastSeenAt",
        host(address) as address, user_agent as "userAgent"
      from sessions
      where user_id = ${user} and expires_at > ${now()} and last_seen_at > ${idleSince(now())}
      order by last_seen_at desc, id desc`.execute(db)
    return rows
  },

  /** The remembered browsers of a person, the last used first. */
  async browsers(user: UserId): Promise<readonly ListedBrowser[]> {
    const { rows } = await sql<ListedBrowser>`
      select id, created_at as "rememberedAt", last_used_at as "lastUsedAt", expires_at as "expiresAt",
        host(address) as address, user_agent as "userAgent"
      from remembered_browsers
      where user_id = ${user} and expires_at > ${now()}
      order by last_used_at desc, id desc`.execute(db)
    return rows
  },

  /** Ends this session of the person; the answer is its user agent, or nothing when there was none. */
  async end(user: UserId, id: TimeOrderedId): Promise<{ readonly userAgent: string | null } | undefined> {
    return removeOwn(db, 'sessions', user, id)
  },

  /** Forgets this browser of the person; the answer is its user agent, or nothing when there was none. */
  async forget(user: UserId, id: TimeOrderedId): Promise<{ readonly userAgent: string | null } | undefined> {
    return removeOwn(db, 'remembered_browsers', user, id)
  },
})

const removeOwn = (
  db: Connection,
  table: 'sessions' | 'remembered_browsers',
  user: UserId,
  id: TimeOrderedId,
): Promise<{ readonly userAgent: string | null } | undefined> =>
  db
    .deleteFrom(table)
    .where('id', '=', id)
    .where('user_id', '=', user)
    .returning('user_agent as userAgent')
    .executeTakeFirst()
