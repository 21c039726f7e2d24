import type { Actor } from '#domain/events.ts'
import { type CodeVerdict, judgeCode } from '#domain/totp.ts'
import { tidyCode } from '#domain/two-step.ts'
import { codesOf, newSecret } from '#outside/totp.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'

/**
 * The secret of the authenticator app that is being set up in this session: the same until it is used. It is kept here
 * and never in the form, so that nobody can be given one that others know.
 */
export const secretToSetUp = (signon: Signon, session: Session): Promise<string> =>
  signon.single.sessions.keepSetUp(session, newSecret(signon.random))

export interface SetUpTwoStep {
  readonly session: Session
  readonly name: string
  /** As it was typed. */
  readonly code: string
}

export type SetUpOutcome =
  | { readonly outcome: 'set up'; readonly recoveryCodes: readonly string[] }
  | { readonly outcome: 'wrong'; readonly why: Exclude<CodeVerdict, { readonly verdict: 'right' }> }
  /** There is a device already, or nothing to set up: the page is out of date. */
  | { readonly outcome: 'start again' }

/**
 * Sets up 2-step verification for somebody who has none. An exemption ends, and so do all other sessions
 * (`reference/accounts-and-sign-in.md` 11.1).
 */
export const setUpTwoStep = (
  signon: Signon,
  actor: Actor,
  { session, name, code }: SetUpTwoStep,
): Promise<SetUpOutcome> =>
  signon.transaction(async (work) => {
    const { user } = session
    await work.users.lockById(user.id)
    const { hasSecondFactor } = await work.twoStep.find(user.id)
    const secret = await work.sessions.seekSetUp(session)
    if (hasSecondFactor || secret === undefined) return { outcome: 'start again' }

    const verdict = judgeCode(codesOf(secret), tidyCode(code), 0, work.now)
    if (verdict.verdict !== 'right') {
      await work.record({ name: 'two-step-setup-failed', about: user }, actor)
      return { outcome: 'wrong', why: verdict }
    }
    await work.secondFactors.add(user.id, { name, secret, lastStep: verdict.step })
    await work.secondFactors.forgetAttempts(user.id)
    await work.sessions.forgetSetUp(session)
    await work.sessions.endOthers(user.id, session.id)
    await work.rememberedBrowsers.endAll(user.id)
    if (await work.twoStep.liftExemption(user.id))
      await work.record({ name: 'two-step-exemption-removed', about: user }, actor)
    const recoveryCodes = await work.recoveryCodes.renew(user.id)
    await work.record({ name: 'two-step-enabled', about: user }, actor)
    await work.record({ name: 'recovery-codes-made', about: user }, actor)
    return { outcome: 'set up', recoveryCodes }
  })
