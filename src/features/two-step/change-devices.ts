import type { Actor } from '#domain/events.ts'
import { type CodeVerdict, judgeCode } from '#domain/totp.ts'
import { type FactorId, mostApps, mustUseTwoStep, tidyCode } from '#domain/two-step.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { codesOf } from '#outside/totp.ts'
import { checkOwnPassword } from '#store/own-password.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon, Work } from '#store/signon.ts'
import { type CodeOutcome, checkCode } from './check-code.ts'

/** A person shows once more that it is them: by their password, and by a device that they have. */
export interface Confirmation {
  readonly session: Session
  readonly password: string
  readonly code: string
}

export type Refused =
  | { readonly outcome: 'wrong password' }
  | Exclude<CodeOutcome, { readonly outcome: 'right' }>
  /** The code of the device that is being added. */
  | { readonly outcome: 'wrong new code'; readonly why: Exclude<CodeVerdict, { readonly verdict: 'right' }> }

export type AddDeviceOutcome = { readonly outcome: 'added' } | Refused

/**
 * Adds another authenticator app to those that the person has (`reference/accounts-and-sign-in.md` 17, 2 and 25). The
 * new one's code is looked at first: the other is used up when it is right.
 */
export const addDevice = async (
  signon: Signon,
  actor: Actor,
  asked: Confirmation & { readonly name: string; readonly newCode: string },
): Promise<AddDeviceOutcome> => {
  const { session, name } = asked
  if (!(await isTheirs(signon, actor, asked))) return { outcome: 'wrong password' }
  return signon.transaction(async (work) => {
    await work.users.lockById(session.user.id)
    const secret = await work.sessions.seekSetUp(session)
    if (secret === undefined) throw new Conflict('This took too long, or was begun elsewhere. Start again.')
    const verdict = judgeCode(codesOf(secret), tidyCode(asked.newCode), 0, work.now)
    if (verdict.verdict !== 'right') {
      await work.record({ name: 'two-step-change-failed', about: session.user }, actor)
      return { outcome: 'wrong new code', why: verdict }
    }
    const checked = await checkCode(work, session.user, asked.code, actor)
    if (checked.outcome !== 'right') return checked
    if ((await work.secondFactors.list(session.user.id)).length >= mostApps)
      throw new Conflict(`You have ${mostApps} authenticator apps. Remove one before you add another.`)
    await work.secondFactors.add(session.user.id, { name, secret, lastStep: verdict.step })
    await work.sessions.forgetSetUp(session)
    await work.record({ name: 'two-step-device-changed', about: session.user, note: `added ${name}` }, actor)
    await endElsewhere(work, session)
    return { outcome: 'added' }
  })
}

export type RemoveDeviceOutcome = { readonly outcome: 'removed' } | Refused

/** Removes an authenticator app. The last one stays while the person must use 2-step verification. */
export const removeDevice = (
  signon: Signon,
  actor: Actor,
  asked: Confirmation & { readonly app: FactorId },
): Promise<RemoveDeviceOutcome> =>
  asConfirmed(signon, actor, asked, async (work) => {
    const { session, app } = asked
    const name = await work.secondFactors.remove(session.user.id, app)
    if (name === undefined) throw new NotFound('You have no such device any more.')
    if ((await work.secondFactors.list(session.user.id)).length === 0) {
      const state = await work.twoStep.find(session.user.id)
      if (state.hasSecondFactor) throw new Conflict(passkeysFirst)
      if (mustUseTwoStep(state)) throw new Conflict(lastOneStays)
      await work.recoveryCodes.endAll(session.user.id)
    }
    await work.record({ name: 'second-factor-removed', about: session.user, note: name }, actor)
    await endElsewhere(work, session)
    return { outcome: 'removed' }
  })

const passkeysFirst = 'This is your only authenticator app. Remove your passkeys before it.'
const lastOneStays =
  'You must use 2-step verification, and this is the only device that you have for it. Add another one first.'

export type RenewRecoveryCodesOutcome =
  | { readonly outcome: 'made'; readonly codes: readonly string[] }
  | Refused

/** Makes new recovery codes; those before are good for nothing. */
export const renewRecoveryCodes = (
  signon: Signon,
  actor: Actor,
  asked: Confirmation,
): Promise<RenewRecoveryCodesOutcome> =>
  asConfirmed(signon, actor, asked, async (work) => {
    const { user } = asked.session
    const codes = await work.recoveryCodes.renew(user.id)
    await work.record({ name: 'recovery-codes-made', about: user }, actor)
    return { outcome: 'made', codes }
  })

/** Does `change` once the person has shown that it is them. */
export const asConfirmed = async <T>(
  signon: Signon,
  actor: Actor,
  confirmation: Confirmation,
  change: (work: Work) => Promise<T>,
): Promise<T | Refused> => {
  const { session, code } = confirmation
  if (!(await isTheirs(signon, actor, confirmation))) return { outcome: 'wrong password' }
  return signon.transaction(async (work) => {
    const checked = await checkCode(work, session.user, code, actor)
    return checked.outcome === 'right' ? change(work) : checked
  })
}

/** Is this their password? */
const isTheirs = async (
  signon: Signon,
  actor: Actor,
  { session: { user }, password }: Confirmation,
): Promise<boolean> => {
  const isRight = (await checkOwnPassword(signon, actor, user, password)) !== undefined
  if (!isRight)
    await signon.transaction((work) =>
      work.record({ name: 'two-step-change-failed', about: user, note: 'wrong password' }, actor),
    )
  return isRight
}

/** Whoever changes their devices signs in anew everywhere else. */
export const endElsewhere = async (work: Work, { id, user }: Session): Promise<void> => {
  await work.sessions.endOthers(user.id, id)
  await work.rememberedBrowsers.endAll(user.id)
}
