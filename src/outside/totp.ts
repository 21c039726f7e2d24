import { HOTP, Secret } from 'otpauth'
import type { CodeAt } from '#domain/totp.ts'
import type { Random } from '#kernel/random.ts'

const secretBytes = 20

/** A fresh secret for an authenticator app: 160 bits in Base32, 32 letters and digits. */
export const newSecret = (random: Random): string =>
  new Secret({ buffer: new Uint8Array(random.bytes(secretBytes)).buffer }).base32

/** The codes of the secret: SHA-1, six digits (RFC 6238; the only ones that every app can show). */
export const codesOf = (secret: string): CodeAt => {
  const key = Secret.fromBase32(secret)
  return (step) => HOTP.generate({ secret: key, counter: step, algorithm: 'SHA1', digits: 6 })
}
