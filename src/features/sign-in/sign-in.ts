import type { Actor } from '#domain/events.ts'
import { mayTry } from '#domain/lockout.ts'
import { isTooLong } from '#domain/password.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import { normaliseEmail } from '#domain/user.ts'
import { inTurnByKey } from '#kernel/in-turn.ts'
import { rememberedFor } from '#kernel/remembered.ts'
import { lockIfTooMany } from '#store/own-password.ts'
import { endReplaced } from '#store/session-ending.ts'
import type { Attempt, OpenedSession } from '#store/sign-ins.ts'
import type { Signon, Work } from '#store/signon.ts'

export interface SignIn {
  readonly email: string
  readonly password: string
  readonly presented: PresentedTokens
}

/** Texts of cookies that the browser holds, whatever they are worth. */
interface PresentedTokens {
  /** Of a session, which ends. */
  readonly session: string | undefined
  /** Of what may spare it the second step. */
  readonly rememberedBrowser: string | undefined
}

export type SignInOutcome =
  | { readonly outcome: 'signed in'; readonly session: OpenedSession }
  | { readonly outcome: 'suspended' }
  /** The address, the password or the moment is wrong; which of them is nobody's business. */
  | { readonly outcome: 'refused' }

/**
 * Signs a person in with their email address and password. The attempt is counted before the password is looked at,
 * so any number of parallel guesses gets no more tries than one after another (`reference/accounts-and-sign-in.md`
 * 3.2 and 5.1). Known and unknown addresses cost the same work. Throws `TooManyAttempts`, and `Unavailable` where a
 * hundred wait who gave the same address.
 */
export const signIn = (signon: Signon, from: Actor, typed: SignIn): Promise<SignInOutcome> => {
  const email = normaliseEmail(typed.email)
  const attempt = () => tryToSignIn(signon, from, { ...typed, email })
  return isStorable(email) ? oneAfterAnother(signon)(email, attempt) : attempt()
}

const [triedAtOnce, longestQueue] = [2, 100]

/**
 * Of many attempts at once with one address, as programs make them that share an account, each has its turn: else those
 * beyond the limit would be refused, though all of them are right. Nobody's address waits as well, and nobody waits for
 * what becomes of a password: how long it takes tells nothing of it.
 */
const oneAfterAnother = rememberedFor((_: Signon) => inTurnByKey(triedAtOnce, longestQueue))

const tryToSignIn = async (signon: Signon, from: Actor, typed: SignIn): Promise<SignInOutcome> => {
  const { email, password } = typed
  const origin = { ...from, caller: throttledCaller(from.address) }
  const isBlank = password === '' || isTooLong(password)
  const attempt = await signon.single.signIns.begin(
    isStorable(email) && !isBlank ? email : null,
    origin.caller,
  )
  const fits = await signon.passwords.verify(attempt?.passwordHash ?? null, isBlank ? '' : password)

  if (!attempt) return signon.transaction((work) => refuseUncounted(signon, work, from, email))
  if (!fits || !mayTry(attempt, signon.clock.now())) return refuse(signon, from, attempt)
  if (attempt.isSuspended) return refuseSuspended(signon, origin, attempt)
  const session = await complete(signon, origin, attempt, typed.presented)
  // Much may have happened while the password was being checked: a lock, a suspension, a new password.
  return session ? { outcome: 'signed in', session } : refuse(signon, from, attempt)
}

/** One statement, unless the browser holds a session: whoever that belonged to is signed out at the same time. */
const complete = (
  signon: Signon,
  { caller, ...from }: Actor & { readonly caller: string },
  attempt: Attempt,
  presented: PresentedTokens,
): Promise<OpenedSession | undefined> => {
  const { session: before, rememberedBrowser } = presented
  const origin = { ...from, caller }
  if (before === undefined) return signon.single.signIns.complete(attempt, origin, rememberedBrowser)
  return signon.transaction(async (work) => {
    const session = await work.signIns.complete(attempt, origin, rememberedBrowser)
    if (session) await endReplaced(work, from, attempt, before)
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
