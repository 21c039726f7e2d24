import { eventKinds } from '#domain/events.ts'
import { lockOverIfBefore } from '#domain/lockout.ts'
import { type SessionLevel, sessionEnd } from '#domain/session.ts'
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

/** The text of its cookie, which nothing else ever holds, and how far it has come. */
export interface OpenedSession {
  readonly token: string
  readonly level: SessionLevel
}

/** The password step: one statement before the password is looked at, and one after it was right. */
export const signInStore = ({ db, now, random }: StoreContext) => ({
  /**
   * Counts an attempt to sign in, for the caller and for the person with this address, before it is judged: parallel
   * ones cannot pass a limit. A lock that is over ends first. The account is as it was when this began: whoever acts on
   * its password looks again while they hold it. Nothing when no person has the address, or none is given. Throws
   * `TooManyAttempts`, and then counts nothing for the person.
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
   * The attempt was right: a session opens and the sign-in is recorded; counters start again. Whoever has a second factor
   * has yet to pass it, unless the browser presents the text of a cookie by which it is remembered; only a sign-in that is
   * complete counts as one. The answer is nothing when the account was locked or suspended, or its password changed,
   * since the attempt began.
   */
  async complete(
    { id: user, passwordHash }: Attempt,
    { caller, address, userAgent }: SignInOrigin,
    rememberedBrowser: string | undefined,
  ): Promise<OpenedSession | undefined> {
    const at = now()
    const browser = rememberedBrowser === undefined ? undefined : tokenId(rememberedBrowser)
    let opened: CompletedRow | undefined
    const token = await mintForNewRow(at, random, ({ id, hash }) => {
      const values = [
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
        eventKinds['signed-in'].number,
      ] as const
      const completed =
        rememberedBrowser === undefined || browser === undefined
          ? complete(db, ...values)
          : completeRemembered(db, ...values, browser, hashToken(rememberedBrowser))
      return completed.then(([row]) => {
        opened = row
        return true
      }, falseWhenTaken('sessions_pkey'))
    })
    return opened && { token, level: opened.level }
  },

  /** The attempt does not count after all. */
  async takeBack(user: UserId): Promise<void> {
    await takeBack(db, user)
  },
})

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
     update sign_in_states s set
       failed_attempts = case when s.locked_at <= $6 then 1 else s.failed_attempts + 1 end,
       second_factor_attempts = case when s.locked_at <= $6 then 0 else s.second_factor_attempts end,
       locked_at = case when s.locked_at <= $6 then null else s.locked_at end
     from taken, users u
     where taken.count <= $4 and u.email = $5 and s.user_id = u.id
     returning u.id, u.uid, u.password_hash, s.failed_attempts, s.locked_at, u.suspended_at
   )
   select taken.count, t.id, t.uid, t.password_hash as "passwordHash", t.failed_attempts as "failedAttempts",
     t.locked_at as "lockedAt", t.suspended_at is not null as "isSuspended"
   from taken left join tried t on true`,
)

interface CompletedRow {
  readonly level: SessionLevel
}

type Completing = [
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
  signedIn: number,
]

// What spares somebody of `account` the second step: nothing, or the browser that was presented, which is noted there and
// looked at again where it decides, so that one that is being forgotten lets nobody in.
const byNothing = {
  isSpared: 'false',
  remembered: `select null::bigint as id where false`,
} as const
const isRemembered = 'b.id = $14 and b.token_hash = $15 and b.expires_at > $2'
const byBrowser = {
  isSpared: `exists (select from remembered_browsers b where ${isRemembered} and b.user_id = account.id)`,
  remembered: `update remembered_browsers b set last_used_at = $2 from ended
     where ended.has_second_factor and ${isRemembered} and b.user_id = ended.id
     returning b.id`,
} as const

// The account is held first, then the count, which is given back, and then what signing in changes: `begin` takes the
// latter two in the same order, and those who share an account would wait for each other otherwise. Whoever suspends
// somebody or changes their password holds the account, so that it is now as it is judged here. What a lock that came
// meanwhile refuses all the same does not count either: the password was right.
const completing = ({ isSpared, remembered }: typeof byNothing | typeof byBrowser): string =>
  `with account as materialized (
     select u.id, u.uid, u.has_second_factor from users u
     where u.id = $1 and u.suspended_at is null and u.password_hash = $4 for share of u
   ), judged as (
     select id, uid, has_second_factor, not has_second_factor or ${isSpared} as is_complete from account
   ), given_back as (
     update throttles set count = count - 1 from account
     where name = $10 and caller = $11 and window_start = $12 and count > 0
     returning 1
   ), ended as (
     update sign_in_states s set failed_attempts = 0,
       last_signed_in_at = case when is_complete then $2 else s.last_signed_in_at end,
       sign_in_count = s.sign_in_count + case when is_complete then 1 else 0 end
     from judged, (select count(*) from given_back) as first
     where s.user_id = judged.id and coalesce(s.locked_at <= $3, true)
     returning judged.id, judged.uid, has_second_factor
   ), remembered as (
     ${remembered}
   ), opened as (
     insert into sessions (id, token_hash, user_id, level, method, created_at, authenticated_at, last_seen_at,
       expires_at, address, user_agent)
     select $5::bigint, $6::bytea, ended.id,
       case when ended.has_second_factor and remembered.id is null then 'password' else 'full' end,
       case when remembered.id is null then 'password' else 'remembered' end,
       $2, $2, $2, $7::timestamptz, $8::inet, $9::text
     from ended left join remembered on true
     returning level
   ), logged as (
     insert into events (created_at, number, about_uid, actor_kind, actor_id, address, user_agent)
     select $2, $13::smallint, uid, 'person', id, $8::inet, $9::text from ended
   )
   select level from opened`

const complete = statement<CompletedRow, Completing>('sign-ins.complete', completing(byNothing))

const completeRemembered = statement<
  CompletedRow,
  [...Completing, browser: TimeOrderedId, browserHash: Buffer]
>('sign-ins.complete-remembered', completing(byBrowser))

const takeBack = statement<never, [UserId]>(
  'sign-ins.take-back',
  'update sign_in_states set failed_attempts = greatest(failed_attempts - 1, 0) where user_id = $1',
)
