import { eventKinds } from '#domain/events.ts'
import { lockOverIfBefore } from '#domain/lockout.ts'
import { idleSince, type SessionLevel, sessionEnd } from '#domain/session.ts'
import { signInThrottle, windowStart } from '#domain/throttle.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { hashToken, mintForNewRow, type TimeOrderedId, tokenId } from '#kernel/token.ts'
import { falseWhenTaken, statement } from './connection.ts'
import type { StoreContext } from './context.ts'
import { storedUserAgent } from './events.ts'
import { refuseTooMany, takenFromThrottle } from './throttles.ts'

/** A person as the password step sees them: this attempt is counted already. */
export interface Attempt {
  readonly id: UserId
  readonly uid: UserUid
  readonly passwordHash: string | null
  readonly failedAttempts: number
  readonly lockedAt: Date | null
  readonly isSuspended: boolean
}

/** Where a sign-in comes from. */
export interface SignInOrigin {
  /** Whom the throttle counts. */
  readonly caller: string
  readonly address?: string
  readonly userAgent?: string
}

/** Texts of the cookies that the browser presented, whatever they are worth. */
export interface PresentedTokens {
  readonly session: string | undefined
  readonly rememberedBrowser: string | undefined
}

/** The text of its cookie, which nothing else ever holds, and how far it has come. */
export interface OpenedSession {
  readonly token: string
  readonly level: SessionLevel
  /** Whose live session of the same browser ended with it, if that was another person's. */
  readonly replaced: { readonly id: UserId; readonly uid: UserUid } | undefined
}

/** The password step: one statement before the password is looked at, and one after it was right. */
export const signInStore = ({ db, now, random }: StoreContext) => ({
  /**
   * Counts an attempt to sign in, for the caller and for the person with this address, before it is judged: parallel
   * ones cannot pass a limit. A lock that is over ends first. Nothing when no person has the address, or none is given.
   * Throws `TooManyAttempts`, and then counts nothing for the person.
   */
  async begin(email: string | null, caller: string): Promise<Attempt | undefined> {
    const { name, limit } = signInThrottle
    const at = now()
    const over = lockOverIfBefore(at)
    const [row] = await begin(db, name, caller, windowStart(signInThrottle, at), limit, email, over)
    refuseTooMany(signInThrottle, row?.count ?? 0, at)
    return row?.id == null ? undefined : { ...row, id: row.id }
  },

  /**
   * The attempt was right: a session opens and the sign-in is recorded; counters start again, and the session that the
   * browser had ends. Whoever has a second factor has yet to pass it, unless the browser is remembered; only a sign-in
   * that is complete counts as one. The answer is nothing when the account was locked or suspended, or its password
   * changed, since the attempt began. Whoever is `replaced` is signed out, which is for the caller to record with it.
   */
  async complete(
    { id: user, passwordHash }: Attempt,
    { caller, address, userAgent }: SignInOrigin,
    presented: PresentedTokens,
  ): Promise<OpenedSession | undefined> {
    const at = now()
    const replaced = presentedToken(presented.session)
    const remembered = presentedToken(presented.rememberedBrowser)
    let opened: CompletedRow | undefined
    const token = await mintForNewRow(at, random, ({ id, hash }) =>
      complete(
        db,
        user,
        at,
        lockOverIfBefore(at),
        passwordHash,
        id,
        hash,
        sessionEnd(at),
        address ?? null,
        storedUserAgent(userAgent),
        signInThrottle.name,
        caller,
        windowStart(signInThrottle, at),
        replaced.id,
        replaced.hash,
        remembered.id,
        remembered.hash,
        eventKinds['signed-in'].number,
        idleSince(at),
      ).then(([row]) => {
        opened = row
        return true
      }, falseWhenTaken('sessions_pkey')),
    )
    return opened && { token, level: opened.level, replaced: replacedOf(opened) }
  },

  /** The attempt does not count after all. */
  async takeBack(user: UserId): Promise<void> {
    await takeBack(db, user)
  },
})

const presentedToken = (text: string | undefined) => {
  const id = text === undefined ? undefined : tokenId(text)
  return text === undefined || id === undefined ? { id: null, hash: null } : { id, hash: hashToken(text) }
}

interface CompletedRow {
  readonly level: SessionLevel
  readonly replacedId: UserId | null
  readonly replacedUid: UserUid | null
}

const replacedOf = ({ replacedId: id, replacedUid: uid }: CompletedRow): OpenedSession['replaced'] =>
  id === null || uid === null ? undefined : { id, uid }

// What follows from the attempt is committed with care, and takes its counts along.
const begin = statement<
  Omit<Attempt, 'id'> & { readonly count: number; readonly id: UserId | null },
  [
    throttle: string,
    caller: string,
    windowStart: Date,
    limit: number,
    email: string | null,
    lockOverIfBefore: Date,
  ]
>(
  'sign-ins.begin',
  `with taken as (${takenFromThrottle}), tried as (
     update users set
       failed_attempts = case when locked_at <= $6 then 1 else failed_attempts + 1 end,
       second_factor_attempts = case when locked_at <= $6 then 0 else second_factor_attempts end,
       locked_at = case when locked_at <= $6 then null else locked_at end
     from taken
     where taken.count <= $4 and email = $5 and kind = 'person'
     returning id, uid, password_hash, failed_attempts, locked_at, suspended_at
   )
   select taken.count, t.id, t.uid, t.password_hash as "passwordHash", t.failed_attempts as "failedAttempts",
     t.locked_at as "lockedAt", t.suspended_at is not null as "isSuspended"
   from taken left join tried t on true`,
)

const isRemembered = 'b.id = $15 and b.token_hash = $16 and b.expires_at > $2'
const isComplete = `not has_second_factor
           or exists (select from remembered_browsers b where ${isRemembered} and b.user_id = users.id)`

// A remembered browser is looked at again where it decides, so that one that is being forgotten lets nobody in. The count
// is held before the account, as `begin` does: those who share an account would wait for each other otherwise.
const complete = statement<
  CompletedRow,
  [
    user: UserId,
    now: Date,
    lockOverIfBefore: Date,
    passwordHash: string | null,
    session: TimeOrderedId,
    tokenHash: Buffer,
    sessionEnd: Date,
    address: string | null,
    userAgent: string | null,
    throttle: string,
    caller: string,
    windowStart: Date,
    replaced: TimeOrderedId | null,
    replacedHash: Buffer | null,
    remembered: TimeOrderedId | null,
    rememberedHash: Buffer | null,
    signedIn: number,
    idleSince: Date,
  ]
>(
  'sign-ins.complete',
  `with counted as materialized (
     select count from throttles where name = $10 and caller = $11 and window_start = $12 for no key update
   ), ended as (
     update users set failed_attempts = 0,
       last_signed_in_at = case when ${isComplete} then $2 else last_signed_in_at end,
       sign_in_count = sign_in_count + case when ${isComplete} then 1 else 0 end
     from (select count(*) from counted) held
     where id = $1 and suspended_at is null and coalesce(locked_at <= $3, true) and password_hash = $4
     returning id, uid, has_second_factor
   ), remembered as (
     update remembered_browsers b set last_used_at = $2 from ended
     where ended.has_second_factor and ${isRemembered} and b.user_id = ended.id
     returning b.id
   ), opened as (
     insert into sessions (id, token_hash, user_id, level, method, created_at, authenticated_at, last_seen_at,
       expires_at, address, user_agent)
     select $5::bigint, $6::bytea, ended.id,
       case when ended.has_second_factor and remembered.id is null then 'password' else 'full' end,
       case when remembered.id is null then 'password' else 'remembered' end,
       $2, $2, $2, $7::timestamptz, $8::inet, $9::text
     from ended left join remembered on true
     returning level
   ), replaced as (
     delete from sessions s using ended, users u
     where s.id = $13 and s.token_hash = $14 and u.id = s.user_id
     returning u.id, u.uid, s.last_seen_at > $18 and s.expires_at > $2 as is_live
   ), logged as (
     insert into events (created_at, number, about_uid, actor_kind, actor_id, address, user_agent)
     select $2, $17::smallint, ended.uid, 'person', ended.id, $8::inet, $9::text from ended
   ), given_back as (
     update throttles set count = count - 1 from ended
     where name = $10 and caller = $11 and window_start = $12 and count > 0
   )
   select opened.level, replaced.id as "replacedId", replaced.uid as "replacedUid"
   from opened left join replaced on replaced.id <> $1 and replaced.is_live`,
)

const takeBack = statement<never, [UserId]>(
  'sign-ins.take-back',
  'update users set failed_attempts = greatest(failed_attempts - 1, 0) where id = $1',
)
