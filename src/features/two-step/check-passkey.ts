import { challengeExpiry, type PasskeyUse } from '#domain/passkey.ts'
import type { UserId } from '#domain/user.ts'
import { type PasskeyVerifier, type PublicHalf, readPasskeyAnswer } from '#outside/webauthn.ts'
import type { PresentedPasskey } from '#store/passkeys.ts'
import type { Signon, Work } from '#store/signon.ts'

/** What the browser answered, as JSON, and what stands for the browser. */
export interface Answered {
  readonly answer: string
  readonly holder: string
}

interface Challenged {
  readonly challenge: string
  readonly expiresAt: Date
}

export interface NewPasskey extends Challenged {
  readonly key: PublicHalf
}

export interface CheckedPasskey extends Challenged {
  readonly passkey: PresentedPasskey
  readonly signCount: number
}

/** The passkey that a browser made, when its answer is right; nothing else is done about it. */
export const checkNewPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  { answer, holder }: Answered,
): Promise<NewPasskey | undefined> => {
  const { read, challenged } = takeApart(signon, 'new passkey', answer, holder)
  const key = read && challenged && (await verifier.verifyNew(read))
  return key && challenged && { key, ...challenged }
}

/** The passkey that answered, when its answer is right, and it is one of this person, if anybody is named. */
export const checkPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  use: Exclude<PasskeyUse, 'new passkey'>,
  { answer, holder }: Answered,
  person?: UserId,
): Promise<CheckedPasskey | undefined> => {
  const { read, challenged } = takeApart(signon, use, answer, holder)
  const passkey = read && challenged && (await signon.single.passkeys.seek(read.credentialId))
  if (!passkey || (person !== undefined && passkey.userId !== person)) return undefined
  const signCount = await verifier.verify(read, passkey)
  return signCount === undefined || !challenged ? undefined : { passkey, signCount, ...challenged }
}

/** Uses the answer up: `false` when that was done before, or the passkey's count did not grow. */
export const useAnswer = async (
  work: Work,
  { passkey, signCount, challenge, expiresAt }: CheckedPasskey,
): Promise<boolean> =>
  (await work.passkeys.answerChallenge(challenge, expiresAt)) &&
  (await work.passkeys.use(passkey.id, signCount))

const takeApart = (signon: Signon, use: PasskeyUse, answer: string, holder: string) => {
  const read = readPasskeyAnswer(answer)
  const expiresAt = read && challengeExpiry(signon.keys, signon.clock.now(), use, holder, read.challenge)
  return { read, challenged: read && expiresAt && { challenge: read.challenge, expiresAt } }
}
