import type { Actor } from '#domain/events.ts'
import { throttledCaller, twoStepThrottle } from '#domain/throttle.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import { type Answered, type AnswerFault, answerNotes, checkPasskey, useAnswer } from './check-passkey.ts'

export type PasskeyStepOutcome =
  | { readonly outcome: 'passed'; readonly sessionToken: string; readonly rememberedToken: string }
  | { readonly outcome: AnswerFault }

/**
 * Passes the second step of signing in with a passkey instead of a code. Nobody can guess one, so a wrong answer does
 * not count towards the lock. Throws `TooManyAttempts`.
 */
export const passWithPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Answered & { readonly session: Session; readonly sessionToken: string },
): Promise<PasskeyStepOutcome> => {
  const caller = throttledCaller(actor.address)
  await signon.single.throttles.take(twoStepThrottle, caller)
  const { user } = asked.session
  const checked = await checkPasskey(signon, verifier, 'second step', asked, user.id)

  const result = await signon.transaction(async (work): Promise<PasskeyStepOutcome> => {
    // Whoever suspends, locks or resets holds the person before their sessions.
    await work.users.lockById(user.id)
    const isRight = checked.fault === null && (await useAnswer(work, checked))
    const sessionToken = isRight
      ? await work.sessions.passSecondStep(asked.sessionToken, 'passkey')
      : undefined
    if (sessionToken === undefined) {
      const fault = checked.fault ?? 'wrong'
      await work.record({ name: 'two-step-failed', about: user, note: answerNotes[fault] }, actor)
      return { outcome: fault }
    }
    await work.secondFactors.completeSignIn(user.id)
    await work.record({ name: 'two-step-passed', about: user, note: 'passkey' }, actor)
    const rememberedToken = await work.rememberedBrowsers.remember(user.id, actor)
    return { outcome: 'passed', sessionToken, rememberedToken }
  })
  if (result.outcome === 'passed') await signon.single.throttles.giveBack(twoStepThrottle, caller)
  return result
}
