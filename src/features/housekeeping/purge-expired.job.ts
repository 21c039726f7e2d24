import type { TimeOrderedId } from '#kernel/token.ts'
import type { Signon } from '#store/signon.ts'

/** Each looks at a thousand rows; so a run reads a million rows of a table at most. */
const statementsAtMost = 1000
const beginning: TimeOrderedId = '0'

/**
 * Removes sessions, authorizations, counts of attempts, remembered browsers and links that nobody can use any more. A run that does not come to
 * the end of a table is followed by one that goes on from there. Several at once are fine.
 */
export const purgeExpired = (signon: Signon, statements = statementsAtMost): (() => Promise<void>) => {
  const { purge } = signon.single
  let session = beginning
  let authorization = beginning
  return async () => {
    session = await walk(purge.sessions, session, statements)
    authorization = await walk(purge.authorizations, authorization, statements)
    for (let count = 0; count < statements && (await purge.throttles()); count += 1);
    for (let count = 0; count < statements && (await purge.leftovers()); count += 1);
  }
}

/** Goes through a table, as far as so many statements lead, and answers where the next walk begins. */
const walk = async (
  purgeAfter: (from: TimeOrderedId) => Promise<TimeOrderedId | undefined>,
  from: TimeOrderedId,
  statements: number,
): Promise<TimeOrderedId> => {
  let reached = from
  for (let count = 0; count < statements; count += 1) {
    const last = await purgeAfter(reached)
    if (last === undefined) return beginning
    reached = last
  }
  return reached
}
