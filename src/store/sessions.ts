import type { OrganisationId } from '#domain/organisation.ts'
import { idleSince, type SessionLevel, type SessionMethod, sessionEnd } from '#domain/session.ts'
import type { Role, UserId, UserUid } from '#domain/user.ts'
import { Conflict } from '#kernel/failure.ts'
import { hashToken, mintForNewRow, mintToken, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import { statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { storedUserAgent } from './events.ts'
import { mustUseTwoStepSql } from './two-step.ts'

/** A live session and the person it belongs to. */
export interface Session {
  readonly id: TimeOrderedId
  readonly level: SessionLevel
  readonly authenticatedAt: Date
  /** They must use 2-step verification, and have not set it up: until they have, there is nothing else for them. */
  readonly mustSetUpTwoStep: boolean
  readonly user: SignedInUser
}

export interface SignedInUser {
  readonly id: UserId
  readonly uid: UserUid
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationId: OrganisationId | null
  /** They have a way to pass the second step. */
  readonly hasSecondFactor: boolean
}

/** Whose session it was, and whether it had not timed out already. */
export interface EndedSession extends Pick<SignedInUser, 'id' | 'uid'> {
  readonly isLive: boolean
}

/** Why a presented session token leads to nobody, or its session. */
export type PresentedSession =
  | { readonly state: 'live'; readonly session: Session }
  | { readonly state: 'expired' | 'suspended' | 'none' }

/** Sessions of browsers, stored by the hash of their cookie. */
export const sessionStore = ({ db, now, random, keys }: StoreContext) => ({
  /** Opens a session, passed by this method; the answer is its cookie's text, which nothing else ever holds. */
  async open(
    user: UserId,
    level: SessionLevel,
    from: { address?: string; userAgent?: string },
    method: SessionMethod = 'password',
  ): Promise<string> {
    const at = now()
    const [address, userAgent] = [from.address ?? null, storedUserAgent(from.userAgent)]
    return mintForNewRow(at, random, async ({ id, hash }) => {
      const inserted = await open(db, id, hash, user, level, at, sessionEnd(at), address, userAgent, method)
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

  /**
   * Raises a session that has passed the password to one that has passed everything. Its cookie's text is another from
   * now on, and that is the answer; nothing when there is no such session any more. Of parallel calls one gets it.
   */
  async passSecondStep(token: string, method: SessionMethod): Promise<string | undefined> {
    const id = tokenId(token)
    if (id === undefined) return undefined
    const fresh = mintToken(id, random)
    const raised = await passSecondStep(db, id, hashToken(token), fresh.hash, method, now())
    return raised.length > 0 ? fresh.text : undefined
  },

  /** Ends one session; the answer is whose it was, or nothing when there was none. */
  async end(token: string): Promise<EndedSession | undefined> {
    const id = tokenId(token)
    const [ended] = id === undefined ? [] : await end(db, id, hashToken(token), now(), idleSince(now()))
    return ended
  },

  /** Ends every session of a person, at once. */
  async endAll(user: UserId): Promise<void> {
    await db.deleteFrom('sessions').where('user_id', '=', user).execute()
  },

  /** Ends every session of a person but this one. */
  async endOthers(user: UserId, kept: TimeOrderedId): Promise<void> {
    await db.deleteFrom('sessions').where('user_id', '=', user).where('id', '!=', kept).execute()
  },

  /**
   * The secret of the authenticator app that is being set up in a session: `fresh`, unless there is one already. Throws
   * `Conflict` when the session is over.
   */
  async keepSetUp({ id, user }: SessionKey, fresh: string): Promise<string> {
    const row = await db
      .updateTable('sessions')
      .set(({ fn, ref, val }) => ({
        sealed_setup: fn.coalesce(ref('sealed_setup'), val(keys.seal(fresh, sealedSetUpOf(user.id), random))),
      }))
      .where('id', '=', id)
      .returning('sealed_setup')
      .executeTakeFirst()
    if (row?.sealed_setup == null) throw new Conflict('You have been signed out. Sign in, and start again.')
    return keys.open(row.sealed_setup, sealedSetUpOf(user.id))
  },

  /** That secret, if one is being set up. */
  async seekSetUp({ id, user }: SessionKey): Promise<string | undefined> {
    const row = await db.selectFrom('sessions').select('sealed_setup').where('id', '=', id).executeTakeFirst()
    return row?.sealed_setup == null ? undefined : keys.open(row.sealed_setup, sealedSetUpOf(user.id))
  },

  /** The app is set up, or is not to be. */
  async forgetSetUp({ id }: Pick<Session, 'id'>): Promise<void> {
    await db.updateTable('sessions').set({ sealed_setup: null }).where('id', '=', id).execute()
  },
})

type SessionKey = Pick<Session, 'id'> & { readonly user: Pick<SignedInUser, 'id'> }

/** What the secret of an authenticator app that is being set up is sealed for. */
export const sealedSetUpOf = (user: UserId): string => `setup of ${user}`

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
  readonly has_second_factor: boolean
  readonly must_set_up_two_step: boolean
}

/** What a presented session is worth. */
export const presentedSession = (row: SessionRow | undefined): PresentedSession => {
  if (!row) return { state: 'none' }
  if (row.is_suspended) return { state: 'suspended' }
  return row.is_live ? { state: 'live', session: sessionOf(row) } : { state: 'expired' }
}

/** The columns of `SessionRow`, of the session `s` and its person `u`; `$3` is now, `$4` since when idle is too long. */
export const sessionColumns = `s.id as session_id, s.level, s.authenticated_at, s.user_id, u.uid, u.name, u.email, u.role, u.organisation_id, u.has_second_factor,
     not u.has_second_factor and ${mustUseTwoStepSql} as must_set_up_two_step,
     s.last_seen_at > $4 and s.expires_at > $3 as is_live, u.suspended_at is not null as is_suspended`

const sessionOf = (row: SessionRow): Session => ({
  id: row.session_id,
  level: row.level,
  authenticatedAt: row.authenticated_at,
  mustSetUpTwoStep: row.must_set_up_two_step,
  user: {
    id: row.user_id,
    uid: row.uid,
    name: row.name,
    email: row.email,
    role: row.role,
    organisationId: row.organisation_id,
    hasSecondFactor: row.has_second_factor,
  },
})

const open = statement<
  { readonly id: TimeOrderedId },
  [TimeOrderedId, Buffer, UserId, SessionLevel, Date, Date, string | null, string | null, SessionMethod]
>(
  'sessions.open',
  `insert into sessions (id, token_hash, user_id, level, method, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
   values ($1, $2, $3, $4, $9, $5, $5, $5, $6, $7, $8)
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

const passSecondStep = statement<
  { readonly id: TimeOrderedId },
  [TimeOrderedId, hash: Buffer, freshHash: Buffer, SessionMethod, now: Date]
>(
  'sessions.pass-second-step',
  `update sessions set token_hash = $3, level = 'full', method = $4, authenticated_at = $5, last_seen_at = $5
   where id = $1 and token_hash = $2 and level = 'password' returning id`,
)

const end = statement<EndedSession, [TimeOrderedId, Buffer, Date, Date]>(
  'sessions.end',
  `delete from sessions s using users u
   where s.id = $1 and s.token_hash = $2 and u.id = s.user_id
   returning u.id, u.uid, s.last_seen_at > $4 and s.expires_at > $3 as "isLive"`,
)
