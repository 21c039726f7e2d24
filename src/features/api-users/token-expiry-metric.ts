import { slugOf } from '#domain/slug.ts'
import { second } from '#kernel/clock.ts'
import type { Metric, Series } from '#kernel/metric-text.ts'
import type { TokenExpiry } from '#store/api-token-notices.ts'
import type { Signon } from '#store/signon.ts'

/**
 * The gauge that an alert rule watches (`reference/background-and-operations.md` 14; BO-Q12): when each API user’s last
 * token for an application expires, as Unix time; +Inf where one lasts for ever.
 */
export const tokenExpiryMetric = async (signon: Signon): Promise<Metric> => {
  const series = new Map<string, Series>()
  for (const expiry of await signon.single.apiTokenNotices.expiries()) {
    const labels = labelsOf(expiry)
    const key = JSON.stringify(labels)
    const seconds = expiry.expiresAt === null ? Number.POSITIVE_INFINITY : expiry.expiresAt.getTime() / second
    // Of applications whose names are alike once they are slugs, the one to be alarmed about first.
    series.set(key, { labels, value: Math.min(seconds, series.get(key)?.value ?? seconds) })
  }
  return {
    name: 'signon_api_user_token_expiry_timestamp_seconds',
    about: 'When the last access token of an API user for an application expires.',
    kind: 'gauge',
    series: [...series.values()],
  }
}

const labelsOf = ({ apiUser, application }: TokenExpiry) => ({
  api_user: apiUser,
  application: slugOf(application),
})
