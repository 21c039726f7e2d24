import { second } from '#kernel/clock.ts'
import type { TokenExpiry } from '#store/api-token-notices.ts'
import type { Signon } from '#store/signon.ts'

const metric = 'signon_api_user_token_expiry_timestamp_seconds'

/**
 * The gauge that an alert rule watches, as Prometheus text (`reference/background-and-operations.md` 14; BO-Q12): when
 * each API user’s last token for an application expires, as Unix time; +Inf where one lasts for ever.
 */
export const tokenExpiryMetric = async (signon: Signon): Promise<string> => {
  const series = new Map<string, number>()
  for (const expiry of await signon.single.apiTokenNotices.expiries()) {
    const labels = labelsOf(expiry)
    const seconds = expiry.expiresAt === null ? Number.POSITIVE_INFINITY : expiry.expiresAt.getTime() / second
    // Of applications whose names are alike once they are slugs, the one to be alarmed about first.
    series.set(labels, Math.min(seconds, series.get(labels) ?? seconds))
  }
  return [
    `# HELP ${metric} When the last access token of an API user for an application expires.`,
    `# TYPE ${metric} gauge`,
    ...[...series].map(([labels, seconds]) => `${metric}{${labels}} ${numberOf(seconds)}`),
    '',
  ].join('\n')
}

const labelsOf = ({ apiUser, application }: TokenExpiry): string =>
  `api_user="${escaped(apiUser)}",application="${slugOf(application)}"`

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')

const numberOf = (seconds: number): string => (Number.isFinite(seconds) ? String(seconds) : '+Inf')
