import { systemClock } from '#kernel/clock.ts'
import { systemRandom } from '#kernel/random.ts'
import { keyRing } from '#kernel/sealed.ts'
import { slowPasswords } from '#outside/passwords.ts'
import { openDatabase } from '#store/connection.ts'
import { createSignon, type Signon } from '#store/signon.ts'

/** What everything is sealed with. */
export const secretKey = { id: 'bench', bytes: Buffer.alloc(32, 'bench') } as const

/** Lets something be done with Signon itself over the database at `url`, as a command does it. */
export const withSignon = async <Result>(
  url: string,
  doing: (signon: Signon) => Promise<Result>,
): Promise<Result> => {
  const db = openDatabase(url, 2, () => undefined, { isPatient: true })
  try {
    return await doing(
      createSignon({
        db,
        clock: systemClock,
        random: systemRandom,
        keys: keyRing([secretKey]),
        passwords: await slowPasswords(systemRandom),
      }),
    )
  } finally {
    await db.destroy()
  }
}
