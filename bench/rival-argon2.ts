import { verify } from '@node-rs/argon2'
import { systemRandom } from '#kernel/random.ts'
import { argon2Hasher } from '#outside/argon2.ts'
import { everybodysPassword } from './seeded.ts'

/** How many passwords to look at, and how many at a time. */
export interface VerifyOrder {
  readonly count: number
  readonly atOnce: number
}

// Nothing but passwords: hashed as the service hashes them, looked at without it.
const stored = await (await argon2Hasher(systemRandom)).hash(everybodysPassword)

process.on('disconnect', () => process.exit())
process.on('message', async ({ count, atOnce }: VerifyOrder) => {
  let left = count
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      if (!(await verify(stored, everybodysPassword))) throw new Error('The password does not fit.')
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: atOnce }, work))
  process.send?.({ completed: count, seconds: (performance.now() - began) / 1000 })
})
