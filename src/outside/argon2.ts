import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import type { PasswordHasher } from '#domain/password.ts'
import { inTurn } from '#kernel/in-turn.ts'
import type { Random } from '#kernel/random.ts'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. Argon2id is the library's own choice.
const settings = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const

/** Some seconds of work. */
const longestQueue = 500

/**
 * Argon2id on the thread pool, which has a thread for each core (`bin/signon`). Two more passwords than that are handed
 * over, so that a thread that is done need not wait for ours; still more would keep others from the pool.
 */
export const argon2Hasher = async (random: Random): Promise<PasswordHasher> => {
  const oneAfterAnother = inTurn(availableParallelism() + 2, longestQueue)
  const nobodys = await hash(random.bytes(32).toString('base64url'), settings)
  return {
    hash: (password) => oneAfterAnother(() => hash(password.normalize('NFC'), settings)),
    verify: (stored, password) =>
      oneAfterAnother(async () => {
        const fits = await verify(stored ?? nobodys, password.normalize('NFC'))
        return stored !== null && fits
      }),
  }
}
