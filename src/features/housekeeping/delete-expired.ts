import { mayAdminister } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { enforce } from '#kernel/failure.ts'
import type { ExpiredCounts } from '#store/purge.ts'
import type { Signon } from '#store/signon.ts'
import { purgeExpired } from './purge-expired.ts'

/** Removes at once what the job removes bit by bit, and answers how much; what applications are told of stays. */
export const deleteExpired = async (
  signon: Signon,
  actor: Actor,
  { isRehearsal = false },
): Promise<ExpiredCounts> => {
  enforce(mayAdminister(actor, 'clear away what is old'))
  if (isRehearsal) return signon.single.purge.expired()
  const purge = purgeExpired(signon, Number.POSITIVE_INFINITY)
  const { sessions = 0, authorizations = 0, throttles = 0 } = await purge()
  const note = `${sessions} sessions, ${authorizations} sign-ins to applications`
  await signon.transaction((work) => work.record({ name: 'expired-cleared-away', about: null, note }, actor))
  return { sessions, authorizations, throttles }
}
