import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import type { PasswordHasher } from '#domain/password.ts'
import { Unavailable } from '#kernel/failure.ts'
import type { Random } from '#kernel/random.ts'

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. Argon2id is the library's own choice.
const settings = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const

/**
 * Argon2id on the thread pool, which has a thread for each core (`bin/signon`). Two more passwords than that are handed
 * over, so that a thread that is done need not wait for ours; still more would keep others from the pool.
 */
export const argon2Hasher = async (random: Random): Promise<PasswordHasher> => {
  const inTurn = turns(availableParallelism() + 2)
  const nobodys = await hash(random.bytes(32).toString('base64url'), settings)
  return {
    hash: (password) => inTurn(() => hash(password.normalize('NFC'), settings)),
    verify: (stored, password) =>
      inTurn(async () => {
        const fits = await verify(stored ?? nobodys, password.normalize('NFC'))
        return stored !== null && fits
      }),
  }
}

/** Some seconds of work; whoever comes then is better told to come back than kept waiting. */
const longestQueue = 500

/** Runs at most `atOnce` tasks at a time, in the order they came. Throws `Unavailable` when too many wait. */
const turns = (atOnce: number) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting.length >= longestQueue)
      throw new Unavailable('Too many people are signing in just now. Try again in a moment.')
    if (running >= atOnce) await new Promise<void>((go) => waiting.push(go))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
