import type { Actor } from '#domain/events.ts'
import { locksNow, mayTry } from '#domain/lockout.ts'
import { isTooLong } from '#domain/password.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import type { Attempt } from './sign-ins.ts'
import type { Signon, Work } from './signon.ts'

/**
 * Is this the password of a person who says so without signing in by it? The attempt counts like one to sign in, before
 * it is looked at, and locks the account when there were too many. The answer is the attempt, if it was right. Throws
 * `TooManyAttempts`.
 */
export const checkOwnPassword = async (
  signon: Signon,
  actor: Actor,
  { email }: { readonly email: string },
  typed: string,
): Promise<Attempt | undefined> => {
  if (typed === '' || isTooLong(typed)) return undefined
  const caller = throttledCaller(actor.address)
  const attempt = await signon.single.signIns.begin(email, caller)
  const fits = await signon.passwords.verify(attempt?.passwordHash ?? null, typed)
  if (!attempt) return undefined
  if (!fits || !mayTry(attempt, signon.clock.now())) {
    await signon.transaction((work) => lockIfTooMany(work, actor, attempt))
    return undefined
  }
  await signon.single.signIns.takeBack(attempt.id)
  await signon.single.throttles.giveBack(signInThrottle, caller)
  return attempt
}

/** Locks the account after a wrong attempt too many: its sessions end, and it is recorded once. */
export const lockIfTooMany = async (work: Work, actor: Actor, attempt: Attempt): Promise<void> => {
  if (!locksNow(attempt, work.now) || !(await work.users.lock(attempt.id))) return
  await work.sessions.endAll(attempt.id)
  await work.rememberedBrowsers.endAll(attempt.id)
  await work.record({ name: 'account-locked', about: attempt }, actor)
}
