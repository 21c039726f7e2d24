import { setTimeout as pause } from 'node:timers/promises'
import type { Actor } from '#domain/events.ts'
import { isLocked, mayTry } from '#domain/lockout.ts'
import { isTooLong } from '#domain/password.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import { normaliseEmail } from '#domain/user.ts'
import { lockIfTooMany } from '#store/own-password.ts'
import type { Attempt, OpenedSession, PresentedTokens } from '#store/sign-ins.ts'
import type { Signon, Work } from '#store/signon.ts'

export interface SignIn {
  readonly email: string
  readonly password: string
  /** What the browser holds: a session, which ends, and what may spare it the second step. */
  readonly presented: PresentedTokens
}

export type SignInOutcome =
  | { readonly outcome: 'signed in'; readonly session: OpenedSession }
  | { readonly outcome: 'suspended' }
  /** The address, the password or the moment is wrong; which of them is nobody's business. */
  | { readonly outcome: 'refused' }

/**
 * Signs a person in with their email address and password. The attempt is counted before the password is looked at,
 * so any number of parallel guesses gets no more tries than one after another (`reference/accounts-and-sign-in.md`
 * 3.2 and 5.1). Known and unknown addresses cost the same work. Throws `TooManyAttempts`.
 */
export const signIn = async (signon: Signon, from: Actor, typed: SignIn): Promise<SignInOutcome> => {
  const origin = { ...from, caller: throttledCaller(from.address) }
  const email = normaliseEmail(typed.email)
  const isBlank = typed.password === '' || isTooLong(typed.password)
  const begun = await signon.single.signIns.begin(isStorable(email) && !isBlank ? email : null, origin.caller)
  const fits = await signon.passwords.verify(begun?.passwordHash ?? null, isBlank ? '' : typed.password)

  const attempt = fits && begun ? await countAgain(signon, origin.caller, email, begun) : begun
  if (!attempt) return signon.transaction((work) => refuseUncounted(signon, work, from, email))
  if (!fits || !mayTry(attempt, signon.clock.now())) return refuse(signon, from, attempt)
  if (attempt.isSuspended) return refuseSuspended(signon, origin, attempt)
  const session = await complete(signon, origin, attempt, typed.presented)
  // Much may have happened while the password was being checked: a lock, a suspension, a new password.
  return session ? { outcome: 'signed in', session } : refuse(signon, from, attempt)
}

const mostCounts = 4
const pauseMilliseconds = 100

/**
 * Of many right attempts at once, as programs make them that share an account, those beyond the limit wait and are
 * counted again: the first ones make room meanwhile, and wrong ones make none.
 */
const countAgain = async (
  signon: Signon,
  caller: string,
  email: string,
  attempt: Attempt,
): Promise<Attempt> => {
  let counted = attempt
  for (let count = 1; count < mostCounts; count += 1) {
    const now = signon.clock.now()
    if (mayTry(counted, now) || isLocked(counted.lockedAt, now)) break
    await pause(pauseMilliseconds)
    await signon.single.throttles.giveBack(signInThrottle, caller)
    const again = await signon.single.signIns.begin(email, caller)
    if (again?.passwordHash !== attempt.passwordHash) break
    counted = again
  }
  return counted
}

/** One statement, unless the browser holds a session: whoever that belonged to is signed out at the same time. */
const complete = (
  signon: Signon,
  { caller, ...from }: Actor & { readonly caller: string },
  attempt: Attempt,
  presented: PresentedTokens,
): Promise<OpenedSession | undefined> => {
  const origin = { ...from, caller }
  if (presented.session === undefined) return signon.single.signIns.complete(attempt, origin, presented)
  return signon.transaction(async (work) => {
    const session = await work.signIns.complete(attempt, origin, presented)
    if (session?.replaced)
      await work.record({ name: 'signed-out', about: session.replaced }, { ...from, userId: attempt.id })
    return session
  })
}

const isStorable = (email: string): boolean => email !== '' && email.length <= 255

const refuse = (signon: Signon, from: Actor, attempt: Attempt): Promise<SignInOutcome> =>
  signon.transaction(async (work) => {
    await lockIfTooMany(work, from, attempt)
    await work.record({ name: 'sign-in-failed', about: attempt }, from)
    return { outcome: 'refused' }
  })

const refuseSuspended = async (
  signon: Signon,
  { caller, ...from }: Actor & { readonly caller: string },
  attempt: Attempt,
): Promise<SignInOutcome> => {
  await signon.transaction(async (work) => {
    await work.signIns.takeBack(attempt.id)
    await work.record({ name: 'suspended-sign-in', about: attempt }, from)
  })
  await signon.single.throttles.giveBack(signInThrottle, caller)
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
