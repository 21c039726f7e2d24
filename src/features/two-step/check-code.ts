import type { Actor } from '#domain/events.ts'
import { isLocked, lockEndsAt } from '#domain/lockout.ts'
import { type CodeVerdict, judgeCode } from '#domain/totp.ts'
import { isAppCode, tidyCode, wrongCodeLocks } from '#domain/two-step.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import { codesOf } from '#outside/totp.ts'
import type { Work } from '#store/signon.ts'

/** Whose code it is. */
export interface CodeOwner {
  readonly id: UserId
  readonly uid: UserUid
}

export type CodeOutcome =
  | { readonly outcome: 'right'; readonly method: 'code' | 'recovery-code' }
  | { readonly outcome: 'wrong'; readonly why: Exclude<CodeVerdict, { readonly verdict: 'right' }> }
  /** Now, or since before; every session of the person is over. */
  | { readonly outcome: 'locked'; readonly until: Date }

/**
 * Checks the code of an authenticator app, or a recovery code. The attempt is counted before it is judged, across
 * sessions and browsers, and the tenth wrong one in a row locks the account (`reference/accounts-and-sign-in.md` 5.2).
 * A code that was right is used up: by what it allows, or by nothing.
 */
export const checkCode = async (
  work: Work,
  owner: CodeOwner,
  typed: string,
  actor: Actor,
): Promise<CodeOutcome> => {
  const { attempts, lockedAt } = await work.secondFactors.countAttempt(owner.id)
  if (lockedAt && isLocked(lockedAt, work.now)) return { outcome: 'locked', until: lockEndsAt(lockedAt) }

  const code = tidyCode(typed)
  const result = isAppCode(code)
    ? await useAppCode(work, owner.id, code)
    : await useRecoveryCode(work, owner, code, actor)
  if (result.outcome === 'right') {
    await work.secondFactors.forgetAttempts(owner.id)
    return result
  }
  await work.record({ name: 'two-step-failed', about: owner }, actor)
  return wrongCodeLocks(attempts) ? lock(work, owner, actor) : result
}

type Judged = Exclude<CodeOutcome, { readonly outcome: 'locked' }>

const useAppCode = async (work: Work, user: UserId, code: string): Promise<Judged> => {
  let why: CodeVerdict = { verdict: 'wrong' }
  for (const { id, secret, lastStep } of await work.secondFactors.codeSources(user)) {
    const verdict = judgeCode(codesOf(secret), code, lastStep, work.now)
    if (verdict.verdict === 'right' && (await work.secondFactors.useStep(id, verdict.step)))
      return { outcome: 'right', method: 'code' }
    // Whoever guesses is told when the code will be right, so it never will be.
    if (verdict.verdict === 'other clock' && verdict.secondsAhead > 0)
      await work.secondFactors.refuseStep(id, verdict.step)
    if (verdict.verdict !== 'wrong') why = verdict
  }
  return { outcome: 'wrong', why: why.verdict === 'right' ? { verdict: 'used' } : why }
}

const useRecoveryCode = async (work: Work, owner: CodeOwner, code: string, actor: Actor): Promise<Judged> => {
  if (!(await work.recoveryCodes.take(owner.id, code))) return { outcome: 'wrong', why: { verdict: 'wrong' } }
  const left = await work.recoveryCodes.count(owner.id)
  const twoStepChange = { change: 'recovery code used' } as const
  await work.record({ name: 'recovery-code-used', about: owner, note: `${left} left`, twoStepChange }, actor)
  return { outcome: 'right', method: 'recovery-code' }
}

const lock = async (work: Work, owner: CodeOwner, actor: Actor): Promise<CodeOutcome> => {
  await work.users.lock(owner.id)
  await work.sessions.endAll(owner.id)
  await work.rememberedBrowsers.endAll(owner.id)
  await work.record({ name: 'two-step-locked', about: owner }, actor)
  return { outcome: 'locked', until: lockEndsAt(work.now) }
}
