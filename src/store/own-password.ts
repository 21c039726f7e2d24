import type { Actor } from '#domain/events.ts'
import { lockedUntil, locksNow, mayTry } from '#domain/lockout.ts'
import { isTooLong } from '#domain/password.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import type { Attempt } from './sign-ins.ts'
import type { Signon, Work } from './signon.ts'

export type OwnPasswordOutcome =
  | { readonly outcome: 'right'; readonly attempt: Attempt }
  | { readonly outcome: 'wrong' }
  /** Now, or since before; every session of the person is over. */
  | { readonly outcome: 'locked'; readonly until: Date }

/**
 * Is this the password of a person who says so without signing in by it? The attempt counts like one to sign in, before
 * it is looked at, and locks the account when there were too many. Throws `TooManyAttempts`.
 */
export const checkOwnPassword = async (
  signon: Signon,
  actor: Actor,
  { email }: { readonly email: string },
  typed: string,
): Promise<OwnPasswordOutcome> => {
  if (typed === '' || isTooLong(typed)) return { outcome: 'wrong' }
  const caller = throttledCaller(actor.address)
  const attempt = await signon.single.signIns.begin(email, caller)
  const fits = await signon.passwords.verify(attempt?.passwordHash ?? null, typed)
  if (!attempt) return { outcome: 'wrong' }
  if (!fits || !mayTry(attempt, signon.clock.now())) {
    await signon.transaction((work) => lockIfTooMany(work, actor, attempt))
    const until = lockedUntil(attempt, signon.clock.now())
    return until ? { outcome: 'locked', until } : { outcome: 'wrong' }
  }
  await signon.single.signIns.takeBack(attempt.id)
  await signon.single.throttles.giveBack(signInThrottle, caller)
  return { outcome: 'right', attempt }
}

/**
 * Locks the account after a wrong attempt too many: its sessions end, and it is recorded once. Browsers stay remembered:
 * anybody who knows an address can bring a lock about.
 */
export const lockIfTooMany = async (work: Work, actor: Actor, attempt: Attempt): Promise<void> => {
  if (!locksNow(attempt, work.now) || !(await work.users.lock(attempt.id))) return
  await work.sessions.endAll(attempt.id)
  await work.record({ name: 'account-locked', about: attempt }, actor)
}
