import type { Actor } from '#domain/events.ts'
import { isLocked } from '#domain/lockout.ts'
import { signInThrottle, throttledCaller } from '#domain/throttle.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import { endReplaced } from '#store/session-ending.ts'
import type { Signon } from '#store/signon.ts'
import { type Answered, answerNotes, checkPasskey, type RefusedAnswer, useAnswer } from './check-passkey.ts'

export type PasskeySignInOutcome =
  | { readonly outcome: 'signed in'; readonly sessionToken: string }
  | { readonly outcome: 'suspended' }
  /** They must choose one first. */
  | { readonly outcome: 'no password' }
  /** Their page was open for too long. */
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'refused' }

/**
 * Signs a person in with a passkey alone: its device has verified the person, so it is both steps in one. An account
 * that is locked stays so, and says nothing of it. After a suspension a new password is chosen first. Throws `TooManyAttempts`.
 */
export const signInWithPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  from: Actor,
  asked: Answered & { readonly replaces: string | undefined },
): Promise<PasskeySignInOutcome> => {
  const caller = throttledCaller(from.address)
  await signon.single.throttles.take(signInThrottle, caller)
  const checked = await checkPasskey(signon, verifier, 'sign-in', asked)
  if (checked.fault !== null) return refuse(signon, from, checked)

  const result = await signon.transaction(async (work): Promise<PasskeySignInOutcome> => {
    const user = await work.users.lockById(checked.passkey.userId)
    const isUsed = await useAnswer(work, checked)
    if (!isUsed || (user.lockedAt !== null && isLocked(user.lockedAt, work.now))) {
      await work.record({ name: 'sign-in-failed', about: user, note: 'passkey' }, from)
      return { outcome: 'refused' }
    }
    if (user.suspendedAt !== null) {
      await work.record({ name: 'suspended-sign-in', about: user }, from)
      return { outcome: 'suspended' }
    }
    if (!(await work.passwords.has(user.id))) {
      await work.record({ name: 'sign-in-failed', about: user, note: 'passkey' }, from)
      return { outcome: 'no password' }
    }
    if (asked.replaces !== undefined) await endReplaced(work, from, user, asked.replaces)
    await work.secondFactors.completeSignIn(user.id)
    await work.record({ name: 'signed-in', about: user, note: 'passkey' }, { ...from, userId: user.id })
    return { outcome: 'signed in', sessionToken: await work.sessions.open(user.id, 'full', from, 'passkey') }
  })
  if (result.outcome !== 'refused') await signon.single.throttles.giveBack(signInThrottle, caller)
  return result
}

/** An answer of a passkey that nobody has is one for an account that nobody has. */
const refuse = (
  signon: Signon,
  from: Actor,
  { fault, owner }: RefusedAnswer,
): Promise<PasskeySignInOutcome> =>
  signon.transaction(async (work) => {
    const name = owner ? 'sign-in-failed' : 'unknown-sign-in'
    await work.record({ name, about: owner, note: answerNotes[fault] }, from)
    return { outcome: fault === 'expired' ? 'expired' : 'refused' }
  })
