import { warningDue, warningHorizon } from '#domain/api-token.ts'
import type { RunNumbers } from '#domain/jobs.ts'
import { reasonOf } from '#kernel/failure.ts'
import type { ExpiringToken } from '#store/api-token-notices.ts'
import type { Signon } from '#store/signon.ts'

/** Where the job writes what went wrong. */
export interface Journal {
  error(facts: object, message: string): void
}

/**
 * Tells the owners of tokens that these expire soon, each time once. Each token by itself, so that none stands in the
 * way of the others.
 */
export const warnOfExpiringTokens = (signon: Signon, journal: Journal) => async (): Promise<RunNumbers> => {
  const now = signon.clock.now()
  const numbers = { warned: 0, failed: 0 }
  for (const token of await signon.single.apiTokenNotices.expiring(warningHorizon(now)))
    await warn(signon, token, now).then(
      (isWarned) => {
        if (isWarned) numbers.warned += 1
      },
      (error: unknown) => {
        numbers.failed += 1
        journal.error({ token: token.id, reason: reasonOf(error) }, 'an expiring token was passed over')
      },
    )
  return numbers
}

const warn = async (signon: Signon, token: ExpiringToken, now: Date): Promise<boolean> => {
  const warning = warningDue(token, now)
  if (!warning) return false
  const payload = { mail: 'api-token-expiring', user: token.user, token: token.id } as const
  return signon.transaction(async (work) => {
    const isFirst = await work.apiTokenNotices.tell(token.id, warning.step)
    if (isFirst) await work.jobs.add({ name: 'send-mail', payload })
    return isFirst
  })
}
