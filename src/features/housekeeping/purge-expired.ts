import type { RunNumbers } from '#domain/jobs.ts'
import type { TimeOrderedId } from '#kernel/token.ts'
import type { PurgedPart, PurgedSome } from '#store/purge.ts'
import type { Signon } from '#store/signon.ts'

/** Each looks at a thousand rows; so a run reads a million rows of a table at most. */
const statementsAtMost = 1000
const beginning: TimeOrderedId = '0'

/**
 * Removes sessions, authorizations, counts of attempts, remembered browsers and links that nobody can use any more, and
 * answers how many. A run that does not come to the end of a table is followed by one that goes on from there. Several
 * at once are fine.
 */
export const purgeExpired = (signon: Signon, statements = statementsAtMost): (() => Promise<RunNumbers>) => {
  const { purge, jobRuns } = signon.single
  let session = beginning
  let authorization = beginning
  return async () => {
    const sessions = await walk(purge.sessions, session, statements)
    const authorizations = await walk(purge.authorizations, authorization, statements)
    session = sessions.next
    authorization = authorizations.next
    const throttles = await repeat(purge.throttles, statements)
    const leftovers = await repeat(purge.leftovers, statements)
    const left = await purge.leftOrganisations()
    await jobRuns.purge()
    return {
      sessions: sessions.removed,
      authorizations: authorizations.removed,
      throttles,
      leftovers: leftovers + left,
    }
  }
}

/** Goes through a table, as far as so many statements lead, and answers where the next walk begins. */
const walk = async (
  purgeAfter: (from: TimeOrderedId) => Promise<PurgedPart>,
  from: TimeOrderedId,
  statements: number,
): Promise<{ readonly next: TimeOrderedId; readonly removed: number }> => {
  let reached = from
  let total = 0
  for (let count = 0; count < statements; count += 1) {
    const { last, removed } = await purgeAfter(reached)
    total += removed
    if (last === undefined) return { next: beginning, removed: total }
    reached = last
  }
  return { next: reached, removed: total }
}

/** Removes batch after batch, so many at most, and answers how many rows that was. */
const repeat = async (purge: () => Promise<PurgedSome>, statements: number): Promise<number> => {
  let total = 0
  for (let count = 0; count < statements; count += 1) {
    const { removed, mayBeMore } = await purge()
    total += removed
    if (!mayBeMore) return total
  }
  return total
}
