import type { Actor } from '#domain/events.ts'
import { type CodeVerdict, judgeCode } from '#domain/totp.ts'
import { type FactorId, mostApps, mustUseTwoStep, tidyCode } from '#domain/two-step.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import { codesOf } from '#outside/totp.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import { checkOwnPassword, type OwnPasswordOutcome } from '#store/own-password.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon, Work } from '#store/signon.ts'
import { type CodeOutcome, checkCode } from './check-code.ts'
import {
  type Answered,
  type AnswerFault,
  answerNotes,
  type CheckedPasskey,
  checkPasskey,
  type RefusedAnswer,
  useAnswer,
} from './check-passkey.ts'

/** A person shows once more that it is them: by their password, and by a code of a device that they have. */
export interface CodeConfirmation {
  readonly session: Session
  readonly password: string
  readonly code: string
}

/** The same, or by a passkey of theirs instead of a code. */
export interface Confirmation extends CodeConfirmation {
  readonly answered: Answered | null
}

export type Refused =
  | { readonly outcome: 'wrong password' }
  | Exclude<CodeOutcome, { readonly outcome: 'right' }>
  | { readonly outcome: 'wrong passkey'; readonly fault: AnswerFault }
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
  asked: CodeConfirmation & { readonly name: string; readonly newCode: string },
): Promise<AddDeviceOutcome> => {
  const { session, name } = asked
  const known = await checkPassword(signon, actor, asked)
  if (known.outcome !== 'right') return known
  return signon.transaction(async (work) => {
    if (!(await isStillKnown(work, actor, session.user, known))) return wrongPassword
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
    const twoStepChange = { change: 'app added', name } as const
    const note = `added ${name}`
    await work.record({ name: 'two-step-device-changed', about: session.user, note, twoStepChange }, actor)
    await endElsewhere(work, session)
    return { outcome: 'added' }
  })
}

export type RemoveDeviceOutcome = { readonly outcome: 'removed' } | Refused

/** Removes an authenticator app. The last one stays while the person must use 2-step verification. */
export const removeDevice = (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Confirmation & { readonly app: FactorId },
): Promise<RemoveDeviceOutcome> =>
  asConfirmed(signon, verifier, actor, asked, async (work) => {
    const { session, app } = asked
    const name = await work.secondFactors.remove(session.user.id, app)
    if (name === undefined) throw new NotFound('You have no such device any more.')
    if ((await work.secondFactors.list(session.user.id)).length === 0) {
      const state = await work.twoStep.find(session.user.id)
      if (state.hasSecondFactor) throw new Conflict(passkeysFirst)
      if (mustUseTwoStep(state)) throw new Conflict(lastOneStays)
      await work.recoveryCodes.endAll(session.user.id)
    }
    const twoStepChange = { change: 'app removed', name } as const
    await work.record(
      { name: 'second-factor-removed', about: session.user, note: name, twoStepChange },
      actor,
    )
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
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Confirmation,
): Promise<RenewRecoveryCodesOutcome> =>
  asConfirmed(signon, verifier, actor, asked, async (work) => {
    const { user } = asked.session
    const codes = await work.recoveryCodes.renew(user.id)
    const twoStepChange = { change: 'recovery codes made' } as const
    await work.record({ name: 'recovery-codes-made', about: user, twoStepChange }, actor)
    return { outcome: 'made', codes }
  })

/** Does `change` once the person has shown that it is them. */
export const asConfirmed = async <T>(
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  confirmation: Confirmation,
  change: (work: Work) => Promise<T>,
): Promise<T | Refused> => {
  const { user } = confirmation.session
  const { code, answered } = confirmation
  const known = await checkPassword(signon, actor, confirmation)
  if (known.outcome !== 'right') return known
  const answer = answered && (await checkPasskey(signon, verifier, 'confirmation', answered, user.id))
  return signon.transaction(async (work) => {
    if (!(await isStillKnown(work, actor, user, known))) return wrongPassword
    const checked = answer
      ? await checkAnswer(work, user, answer, actor)
      : await checkCode(work, user, code, actor)
    return checked.outcome === 'right' ? change(work) : checked
  })
}

const checkAnswer = async (
  work: Work,
  user: Session['user'],
  answer: ({ readonly fault: null } & CheckedPasskey) | RefusedAnswer,
  actor: Actor,
): Promise<{ readonly outcome: 'right' } | Extract<Refused, { readonly outcome: 'wrong passkey' }>> => {
  if (answer.fault === null && (await useAnswer(work, answer))) return { outcome: 'right' }
  const fault = answer.fault ?? 'wrong'
  await work.record({ name: 'two-step-change-failed', about: user, note: answerNotes[fault] }, actor)
  return { outcome: 'wrong passkey', fault }
}

const wrongPassword = { outcome: 'wrong password' } as const

type KnownPassword = Extract<OwnPasswordOutcome, { readonly outcome: 'right' }>

/** Refuses whoever does not know the password. */
const checkPassword = async (
  signon: Signon,
  actor: Actor,
  { session: { user }, password }: CodeConfirmation,
): Promise<KnownPassword | Refused> => {
  const checked = await checkOwnPassword(signon, actor, user, password)
  if (checked.outcome === 'right') return checked
  await signon.transaction((work) => recordWrongPassword(work, actor, user))
  return checked.outcome === 'locked' ? checked : wrongPassword
}

/** Holds the person: have they the password still that was right a moment ago, or was it changed meanwhile? */
const isStillKnown = async (
  work: Work,
  actor: Actor,
  user: Session['user'],
  { attempt }: KnownPassword,
): Promise<boolean> => {
  await work.users.lockById(user.id)
  if (await work.passwords.isStill(user.id, attempt.passwordHash ?? '')) return true
  await recordWrongPassword(work, actor, user)
  return false
}

const recordWrongPassword = (work: Work, actor: Actor, user: Session['user']): Promise<void> =>
  work.record({ name: 'two-step-change-failed', about: user, note: 'wrong password' }, actor)

/** Whoever changes their devices signs in anew everywhere else. */
export const endElsewhere = async (work: Work, { id, user }: Session): Promise<void> => {
  await work.sessions.endOthers(user.id, id)
  await work.rememberedBrowsers.endAll(user.id)
}
