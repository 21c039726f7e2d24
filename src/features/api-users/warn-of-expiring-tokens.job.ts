import { warningDue, warningHorizon } from '#domain/api-token.ts'
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
export const warnOfExpiringTokens = (signon: Signon, journal: Journal) => async (): Promise<void> => {
  const now = signon.clock.now()
  for (const token of await signon.single.apiTokenNotices.expiring(warningHorizon(now)))
    await warn(signon, token, now).catch((error: unknown) =>
      journal.error({ token: token.id, reason: reasonOf(error) }, 'an expiring token was passed over'),
    )
}

const warn = async (signon: Signon, token: ExpiringToken, now: Date): Promise<void> => {
  const warning = warningDue(token, now)
  if (!warning) return
  const payload = { mail: 'api-token-expiring', user: token.user, token: token.id } as const
  await signon.transaction(async (work) => {
    if (await work.apiTokenNotices.tell(token.id, warning.step))
      await work.jobs.add({ name: 'send-mail', payload })
  })
}
