import type { OrganisationId } from '#domain/organisation.ts'
import { idleSince, type SessionLevel, sessionEnd } from '#domain/session.ts'
import type { Role, UserId, UserUid } from '#domain/user.ts'
import { hashToken, mintForNewRow, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { storedUserAgent } from './events.ts'

/** A live session and the person it belongs to. */
export interface Session {
  readonly id: TimeOrderedId
  readonly level: SessionLevel
  readonly authenticatedAt: Date
  readonly user: SignedInUser
}

export interface SignedInUser {
  readonly id: UserId
  readonly uid: UserUid
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationId: OrganisationId | null
}

/** Why a presented session token leads to nobody, or its session. */
export type PresentedSession =
  | { readonly state: 'live'; readonly session: Session }
  | { readonly state: 'expired' | 'suspended' | 'none' }

/** Sessions of browsers, stored by the hash of their cookie. */
export const sessionStore = ({ db, now, random }: StoreContext) => ({
  /** Opens a session; the answer is its cookie's text, which nothing else ever holds. */
  async open(
    user: UserId,
    level: SessionLevel,
    from: { address?: string; userAgent?: string },
  ): Promise<string> {
    const at = now()
    const [address, userAgent] = [from.address ?? null, storedUserAgent(from.userAgent)]
    return mintForNewRow(at, random, async ({ id, hash }) => {
      const inserted = await open(db, id, hash, user, level, at, sessionEnd(at), address, userAgent)
      return inserted.length > 0
    })
  },

  /** The session of a cookie's text, used now: its idle time starts again. */
  async use(token: string): Promise<PresentedSession> {
    const id = tokenId(token)
    if (id === undefined) return { state: 'none' }
    const [row] = await use(db, id, hashToken(token), now(), idleSince(now()))
    return presentedSession(row)
  },

  /** Ends one session; the answer is whose it was, or nothing when there was none. */
  async end(token: string): Promise<Pick<SignedInUser, 'id' | 'uid'> | undefined> {
    const id = tokenId(token)
    const [owner] = id === undefined ? [] : await end(db, id, hashToken(token))
    return owner
  },

  /** Ends every session of a person, at once. */
  async endAll(user: UserId): Promise<void> {
    await db.deleteFrom('sessions').where('user_id', '=', user).execute()
  },
})

export interface SessionRow {
  readonly session_id: TimeOrderedId
  readonly level: SessionLevel
  readonly authenticated_at: Date
  readonly is_live: boolean
  readonly is_suspended: boolean
  readonly user_id: UserId
  readonly uid: UserUid
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisation_id: OrganisationId | null
}

/** What a presented session is worth. */
export const presentedSession = (row: SessionRow | undefined): PresentedSession => {
  if (!row) return { state: 'none' }
  if (row.is_suspended) return { state: 'suspended' }
  return row.is_live ? { state: 'live', session: sessionOf(row) } : { state: 'expired' }
}

/** The columns of `SessionRow`, of the session `s` and its person `u`; `$3` is now, `$4` since when idle is too long. */
export const sessionColumns = `s.id as session_id, s.level, s.authenticated_at, s.user_id, u.uid, u.name, u.email, u.role, u.organisation_id,
     s.last_seen_at > $4 and s.expires_at > $3 as is_live, u.suspended_at is not null as is_suspended`

const sessionOf = (row: SessionRow): Session => ({
  id: row.session_id,
  level: row.level,
  authenticatedAt: row.authenticated_at,
  user: {
    id: row.user_id,
    uid: row.uid,
    name: row.name,
    email: row.email,
    role: row.role,
    organisationId: row.organisation_id,
  },
})

const open = statement<
  { readonly id: TimeOrderedId },
  [TimeOrderedId, Buffer, UserId, SessionLevel, Date, Date, string | null, string | null]
>(
  'sessions.open',
  `insert into sessions (id, token_hash, user_id, level, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
   values ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8)
   on conflict (id) do nothing returning id`,
)

// A session that is over is reported and left as it is: it must not come to life again by being looked at.
const use = statement<SessionRow, [TimeOrderedId, Buffer, Date, Date]>(
  'sessions.use',
  `with found as (
     select ${sessionColumns}
     from sessions s join users u on u.id = s.user_id
     where s.id = $1 and s.token_hash = $2
   ), used as (
     update sessions set last_seen_at = $3 from found
     where sessions.id = found.session_id and found.is_live and not found.is_suspended
   )
   select * from found`,
)

const end = statement<Pick<SignedInUser, 'id' | 'uid'>, [TimeOrderedId, Buffer]>(
  'sessions.end',
  `delete from sessions s using users u
   where s.id = $1 and s.token_hash = $2 and u.id = s.user_id returning u.id, u.uid`,
)
