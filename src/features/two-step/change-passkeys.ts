import type { Actor } from '#domain/events.ts'
import { mostPasskeys, type PasskeyId } from '#domain/passkey.ts'
import type { UserId } from '#domain/user.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon, Work } from '#store/signon.ts'
import { asConfirmed, type Confirmation, endElsewhere, type Refused } from './change-devices.ts'
import { type Answered, answerNotes, checkNewPasskey } from './check-passkey.ts'

/**
 * May somebody's device be asked for a passkey? They show that it is them before they touch it: a challenge made then
 * says that they did. Throws `Conflict` when they have too many.
 */
export const beginPasskey = (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Confirmation,
): Promise<{ readonly outcome: 'confirmed' } | Refused> =>
  asConfirmed(signon, verifier, actor, asked, async (work) => {
    await refuseTooMany(work, asked.session.user.id)
    return { outcome: 'confirmed' }
  })

export type AddPasskeyOutcome =
  | { readonly outcome: 'added' }
  /** What the browser sent is not the answer to what it was asked. */
  | { readonly outcome: 'no passkey' }
  /** The page that asked for it was open for too long. */
  | { readonly outcome: 'expired' }

/** Adds the passkey that answers the challenge of somebody who has shown that it is them. */
export const addPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Answered & { readonly session: Session; readonly name: string },
): Promise<AddPasskeyOutcome> => {
  const { session, name } = asked
  const made = await checkNewPasskey(signon, verifier, asked)
  if (made.fault !== null) {
    const note = answerNotes[made.fault]
    await signon.transaction((work) =>
      work.record({ name: 'two-step-change-failed', about: session.user, note }, actor),
    )
    return { outcome: made.fault === 'expired' ? 'expired' : 'no passkey' }
  }
  return signon.transaction(async (work): Promise<AddPasskeyOutcome> => {
    await work.users.lockById(session.user.id)
    if (!(await work.passkeys.answerChallenge(made.challenge, made.expiresAt)))
      return { outcome: 'no passkey' }
    // A passkey stands beside an authenticator app, which may have gone since they showed that it was them.
    if ((await work.secondFactors.list(session.user.id)).length === 0)
      throw new Conflict('You have no authenticator app any more. Set up 2-step verification first.')
    await refuseTooMany(work, session.user.id)
    if (!(await work.passkeys.add(session.user.id, name, made.key)))
      throw new Conflict('This passkey belongs to an account already.')
    const twoStepChange = { change: 'passkey added', name } as const
    const note = `added passkey ${name}`
    await work.record({ name: 'two-step-device-changed', about: session.user, note, twoStepChange }, actor)
    await endElsewhere(work, session)
    return { outcome: 'added' }
  })
}

const refuseTooMany = async (work: Work, user: UserId): Promise<void> => {
  if ((await work.passkeys.list(user)).length >= mostPasskeys)
    throw new Conflict(`You have ${mostPasskeys} passkeys. Remove one before you add another.`)
}

/** Removes a passkey; authenticator apps stay. */
export const removePasskey = (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Confirmation & { readonly passkey: PasskeyId },
): Promise<{ readonly outcome: 'removed' } | Refused> =>
  asConfirmed(signon, verifier, actor, asked, async (work) => {
    const { session, passkey } = asked
    const name = await work.passkeys.remove(session.user.id, passkey)
    if (name === undefined) throw new NotFound('You have no such passkey any more.')
    const twoStepChange = { change: 'passkey removed', name } as const
    const note = `passkey ${name}`
    await work.record({ name: 'second-factor-removed', about: session.user, note, twoStepChange }, actor)
    await endElsewhere(work, session)
    return { outcome: 'removed' }
  })
