import type { Actor } from '#domain/events.ts'
import { throttledCaller, twoStepThrottle } from '#domain/throttle.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import { type CodeOutcome, checkCode } from './check-code.ts'

export interface PassSecondStep {
  readonly session: Session
  /** The text of its cookie. */
  readonly sessionToken: string
  /** As it was typed. */
  readonly code: string
}

export type SecondStepOutcome =
  | { readonly outcome: 'passed'; readonly sessionToken: string; readonly rememberedToken: string }
  /** The session is no more what it was when the request came in. */
  | { readonly outcome: 'over' }
  | Exclude<CodeOutcome, { readonly outcome: 'right' }>

/**
 * Passes the second step of signing in: the session is worth everything from now on, under another token, and the
 * browser is not asked again for a while. Throws `TooManyAttempts`.
 */
export const passSecondStep = async (
  signon: Signon,
  actor: Actor,
  { session, sessionToken, code }: PassSecondStep,
): Promise<SecondStepOutcome> => {
  const caller = throttledCaller(actor.address)
  await signon.single.throttles.take(twoStepThrottle, caller)
  const { user } = session
  const result = await signon.transaction(async (work): Promise<SecondStepOutcome> => {
    const checked = await checkCode(work, user, code, actor)
    if (checked.outcome !== 'right') return checked
    const raised = await work.sessions.passSecondStep(sessionToken, checked.method)
    if (raised === undefined) return { outcome: 'over' }
    await work.secondFactors.completeSignIn(user.id)
    await work.record({ name: 'two-step-passed', about: user }, actor)
    const rememberedToken = await work.rememberedBrowsers.remember(user.id, actor)
    return { outcome: 'passed', sessionToken: raised, rememberedToken }
  })
  if (result.outcome === 'passed') await signon.single.throttles.giveBack(twoStepThrottle, caller)
  return result
}
