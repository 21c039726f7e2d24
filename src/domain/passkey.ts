import { after, minute } from '#kernel/clock.ts'
import type { Random } from '#kernel/random.ts'
import type { KeyRing } from '#kernel/sealed.ts'

export type PasskeyId = number & { readonly brand: 'PasskeyId' }

/**
 * What a passkey is asked for: to pass the second step, to sign in by itself, to confirm a change of its owner's devices,
 * or to be added to the account of somebody who has just shown that it is them.
 */
export type PasskeyUse = 'second step' | 'sign-in' | 'confirmation' | 'confirmed new passkey'

const challengeMilliseconds = 10 * minute
const expiryBytes = 8
const chanceBytes = 16

/**
 * A challenge for one use in one browser, which `holder` stands for, good for ten minutes: 56 bytes, base64url. It is
 * kept nowhere, because it proves itself; who answers it notes that it was answered.
 */
export const mintChallenge = (
  keys: KeyRing,
  random: Random,
  now: Date,
  use: PasskeyUse,
  holder: string,
): string => {
  const head = Buffer.alloc(expiryBytes + chanceBytes)
  head.writeBigUInt64BE(BigInt(after(now, challengeMilliseconds).getTime()))
  random.bytes(chanceBytes).copy(head, expiryBytes)
  return Buffer.concat([head, keys.mac('passkey challenge', about(use, holder, head))]).toString('base64url')
}

/** Until when a challenge is good, or was, that we made for this use and this browser; nothing for any other. */
export const challengeExpiry = (
  keys: KeyRing,
  now: Date,
  use: PasskeyUse,
  holder: string,
  challenge: string,
): Date | undefined => {
  const bytes = Buffer.from(challenge, 'base64url')
  const [head, tag] = [
    bytes.subarray(0, expiryBytes + chanceBytes),
    bytes.subarray(expiryBytes + chanceBytes),
  ]
  const isOurs = keys.isMac('passkey challenge', about(use, holder, head), tag)
  // Another spelling of the same bytes would count a second time.
  if (!isOurs || bytes.toString('base64url') !== challenge) return undefined
  return after(now, Number(head.readBigUInt64BE()) - now.getTime())
}

const about = (use: PasskeyUse, holder: string, head: Buffer): string =>
  `${use} ${head.toString('base64url')} ${holder}`

/** How a passkey is called whose owner gave it no name. */
export const passkeyNameOf = (typed: string): string => typed.trim() || 'Passkey'

/** What is wrong with the name of a passkey, or nothing. */
export const passkeyNameFault = (typed: string): string | undefined =>
  typed.trim().length > 100 ? 'Name must be 100 characters or less' : undefined

/** Nobody needs more of them. */
export const mostPasskeys = 10
