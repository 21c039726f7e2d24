import type { Passwords } from '#domain/password.ts'
import type { Random } from '#kernel/random.ts'
import { argon2Hasher } from './argon2.ts'
import { strengthJudge } from './password-strength.ts'

/** Hashes passwords with argon2id, and judges new ones with zxcvbn. */
export const slowPasswords = async (random: Random): Promise<Passwords> => ({
  ...(await argon2Hasher(random)),
  isStrong: strengthJudge(),
})
