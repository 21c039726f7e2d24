import { challengeExpiry, type PasskeyUse } from '#domain/passkey.ts'
import type { UserId, UserUid } from '#domain/user.ts'
import {
  type PasskeyAnswer,
  type PasskeyVerifier,
  type PublicHalf,
  readPasskeyAnswer,
} from '#outside/webauthn.ts'
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

/** An answer is wrong, or its page was open for too long. */
export type AnswerFault = 'wrong' | 'expired'

/** How a refused answer is noted in the log. */
export const answerNotes = { wrong: 'passkey', expired: 'passkey, too late' } as const satisfies Record<
  AnswerFault,
  string
>

/** The passkey that a browser made, when its answer is right; nothing else is done about it. */
export const checkNewPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  asked: Answered,
): Promise<({ readonly fault: null } & NewPasskey) | { readonly fault: AnswerFault }> => {
  const answered = takeApart(signon, 'confirmed new passkey', asked)
  if (answered.fault !== null) return answered
  const key = await verifier.verifyNew(answered.read)
  return key ? { ...answered, key } : { fault: 'wrong' }
}

/** Why an answer is refused, and whose passkey it names, if that is known. */
export interface RefusedAnswer {
  readonly fault: AnswerFault
  readonly owner: { readonly id: UserId; readonly uid: UserUid } | null
}

/** The passkey that answered, when its answer is right, and it is one of this person, if anybody is named. */
export const checkPasskey = async (
  signon: Signon,
  verifier: PasskeyVerifier,
  use: Exclude<PasskeyUse, 'confirmed new passkey'>,
  asked: Answered,
  person?: UserId,
): Promise<({ readonly fault: null } & CheckedPasskey) | RefusedAnswer> => {
  const answered = takeApart(signon, use, asked)
  const passkey = answered.read && (await signon.single.passkeys.seek(answered.read.credentialId))
  const owner = passkey ? { id: passkey.userId, uid: passkey.uid } : null
  if (answered.fault !== null) return { fault: answered.fault, owner }
  if (!passkey || (person !== undefined && passkey.userId !== person)) return { fault: 'wrong', owner }
  const signCount = await verifier.verify(answered.read, passkey)
  return signCount === undefined ? { fault: 'wrong', owner } : { ...answered, passkey, signCount }
}

/** Uses the answer up: `false` when that was done before, or the passkey's count did not grow. */
export const useAnswer = async (
  work: Work,
  { passkey, signCount, challenge, expiresAt }: CheckedPasskey,
): Promise<boolean> =>
  (await work.passkeys.answerChallenge(challenge, expiresAt)) &&
  (await work.passkeys.use(passkey.id, signCount))

type TakenApart =
  | ({ readonly fault: null; readonly read: PasskeyAnswer } & Challenged)
  | { readonly fault: AnswerFault; readonly read: PasskeyAnswer | undefined }

const takeApart = (signon: Signon, use: PasskeyUse, { answer, holder }: Answered): TakenApart => {
  const read = readPasskeyAnswer(answer)
  const now = signon.clock.now()
  const expiresAt = read && challengeExpiry(signon.keys, now, use, holder, read.challenge)
  if (!expiresAt) return { fault: 'wrong', read }
  return expiresAt > now
    ? { fault: null, read, challenge: read.challenge, expiresAt }
    : { fault: 'expired', read }
}
