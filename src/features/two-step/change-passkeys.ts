import type { Actor } from '#domain/events.ts'
import { mostPasskeys, type PasskeyId } from '#domain/passkey.ts'
import { Conflict, NotFound } from '#kernel/failure.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import type { Signon } from '#store/signon.ts'
import { asConfirmed, type Confirmation, endElsewhere, type Refused } from './change-devices.ts'
import { type Answered, checkNewPasskey } from './check-passkey.ts'

export type AddPasskeyOutcome =
  | { readonly outcome: 'added' }
  /** What the browser sent is not the answer to what it was asked. */
  | { readonly outcome: 'no passkey' }
  | Refused

/** Adds a passkey to the devices of somebody who has 2-step verification. */
export const addPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  actor: Actor,
  asked: Confirmation & Answered & { readonly name: string },
): Promise<AddPasskeyOutcome> => {
  const { session, name } = asked
  const made = await checkNewPasskey(signon, verifier, asked)
  if (!made) {
    await signon.transaction((work) =>
      work.record({ name: 'two-step-change-failed', about: session.user, note: 'passkey' }, actor),
    )
    return { outcome: 'no passkey' }
  }
  return asConfirmed(signon, actor, asked, async (work): Promise<AddPasskeyOutcome> => {
    if (!(await work.passkeys.answerChallenge(made.challenge, made.expiresAt)))
      return { outcome: 'no passkey' }
    if ((await work.passkeys.list(session.user.id)).length >= mostPasskeys)
      throw new Conflict(`You have ${mostPasskeys} passkeys. Remove one before you add another.`)
    if (!(await work.passkeys.add(session.user.id, name, made.key)))
      throw new Conflict('This passkey belongs to an account already.')
    await work.record(
      { name: 'two-step-device-changed', about: session.user, note: `added passkey ${name}` },
      actor,
    )
    await endElsewhere(work, session)
    return { outcome: 'added' }
  })
}

/** Removes a passkey; authenticator apps stay. */
export const removePasskey = (
  signon: Signon,
  actor: Actor,
  asked: Confirmation & { readonly passkey: PasskeyId },
): Promise<{ readonly outcome: 'removed' } | Refused> =>
  asConfirmed(signon, actor, asked, async (work) => {
    const { session, passkey } = asked
    const name = await work.passkeys.remove(session.user.id, passkey)
    if (name === undefined) throw new NotFound('You have no such passkey any more.')
    await work.record({ name: 'second-factor-removed', about: session.user, note: `passkey ${name}` }, actor)
    await endElsewhere(work, session)
    return { outcome: 'removed' }
  })
