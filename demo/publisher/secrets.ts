import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export const newSecret = (): string => randomBytes(32).toString('base64url')

/** 48 hexadecimal characters. */
export const newState = (): string => randomBytes(24).toString('hex')

/** 128 hexadecimal characters, the most that RFC 7636 §4.1 allows. */
export const newVerifier = (): string => randomBytes(64).toString('hex')

/** RFC 7636 §4.2, method S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url')

export const isSameSecret = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
