import type { Actor } from '#domain/events.ts'
import { locksNow, mayTry } from '#domain/lockout.ts'
import { isTooLong } from '#domain/password.ts'
import type { SessionLevel } from '#domain/session.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import { normaliseEmail } from '#domain/user.ts'
import type { Signon, Work } from '#store/signon.ts'
import type { Attempt } from '#store/users.ts'

export interface SignIn {
  readonly email: string
  readonly password: string
  /** The session that the browser has until now; it ends. */
  readonly replaces?: string | undefined
}

export type SignInOutcome =
  | { readonly outcome: 'signed in'; readonly sessionToken: string }
  | { readonly outcome: 'suspended' }
  /** The address, the password or the moment is wrong; which of them is nobody's business. */
  | { readonly outcome: 'refused' }

/**
 * Signs a person in with their email address and password. The attempt is counted before the password is looked at,
 * so any number of parallel guesses gets no more tries than one after another (`reference/accounts-and-sign-in.md`
 * 3.2 and 5.1). Known and unknown addresses cost the same work. Throws `TooManyAttempts`.
 */
export const signIn = async (signon: Signon, from: Actor, typed: SignIn): Promise<SignInOutcome> => {
  const caller = throttledCaller(from.address)
  await signon.single.throttles.take(signInThrottle, caller)
  const email = normaliseEmail(typed.email)
  const { password } = typed
  const isBlank = password === '' || isTooLong(password)
  const attempt = isStorable(email) && !isBlank ? await signon.single.users.beginAttempt(email) : undefined
  const fits = await signon.passwords.verify(attempt?.passwordHash ?? null, isBlank ? '' : password)

  const outcome = await signon.transaction(async (work): Promise<SignInOutcome> => {
    if (!attempt) return refuseUncounted(signon, work, from, email)
    if (!fits || !mayTry(attempt, work.now)) return refuse(work, from, attempt)
    if (attempt.isSuspended) return refuseSuspended(work, from, attempt)
    return begin(work, from, attempt, typed.replaces)
  })
  if (outcome.outcome !== 'refused') await signon.single.throttles.giveBack(signInThrottle, caller)
  return outcome
}

const isStorable = (email: string): boolean => email !== '' && email.length <= 255

const begin = async (
  work: Work,
  from: Actor,
  attempt: Attempt,
  replaces: string | undefined,
): Promise<SignInOutcome> => {
  // Much may have happened while the password was being checked: a lock, a suspension, a new password.
  if (!(await work.users.endAttempt(attempt))) return refuse(work, from, attempt)
  const replaced = replaces === undefined ? undefined : await work.sessions.end(replaces)
  if (replaced && replaced.id !== attempt.id) await work.record({ name: 'signed-out', about: replaced }, from)
  await work.record({ name: 'signed-in', about: attempt }, { ...from, userId: attempt.id })
  return {
    outcome: 'signed in',
    sessionToken: await work.sessions.open(attempt.id, levelAfterPassword(), from),
  }
}

/** Nobody has a second step yet, so a right password is everything that an account asks for. */
const levelAfterPassword = (): SessionLevel => 'full'

const refuse = async (work: Work, from: Actor, attempt: Attempt): Promise<SignInOutcome> => {
  if (locksNow(attempt, work.now) && (await work.users.lock(attempt.id))) {
    await work.sessions.endAll(attempt.id)
    await work.record({ name: 'account-locked', about: attempt }, from)
  }
  await work.record({ name: 'sign-in-failed', about: attempt }, from)
  return { outcome: 'refused' }
}

const refuseSuspended = async (work: Work, from: Actor, attempt: Attempt): Promise<SignInOutcome> => {
  await work.users.takeBackAttempt(attempt.id)
  await work.record({ name: 'suspended-sign-in', about: attempt }, from)
  return { outcome: 'suspended' }
}

/** A blank password is not counted; an address that nobody has is kept only as a keyed hash (people type passwords there). */
const refuseUncounted = async (
  signon: Signon,
  work: Work,
  from: Actor,
  email: string,
): Promise<SignInOutcome> => {
  const known = isStorable(email) ? await work.users.seekByEmail(email) : undefined
  await work.record(
    known
      ? { name: 'sign-in-failed', about: known }
      : { name: 'unknown-sign-in', about: null, note: `address ${maskOf(signon, email)}` },
    from,
  )
  return { outcome: 'refused' }
}

/** Tells the same unknown address from another, and nothing else about it. */
const maskOf = (signon: Signon, email: string): string =>
  signon.keys.mac('unknown address', email).toString('hex').slice(0, 32)
