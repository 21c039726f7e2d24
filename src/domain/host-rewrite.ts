/** A domain in addresses, and what it is in another environment. */
export interface HostRewrite {
  readonly from: string
  readonly to: string
}

const domainShape = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** The rule that somebody wrote as `FROM=TO`, or nothing when it is none. */
export const hostRewrite = (written: string): HostRewrite | undefined => {
  const [from = '', to = '', ...more] = written.trim().toLowerCase().split('=')
  return domainShape.test(from) && domainShape.test(to) && more.length === 0 ? { from, to } : undefined
}

/** An address as it is in the other environment. */
export interface RewrittenAddress {
  readonly uri: string
  /** Is its host in a domain of some rule? */
  readonly isMatched: boolean
}

/**
 * The address with the domain of its host replaced, by the rule whose domain is the longest that it lies in. A host that
 * lies in what the rule leads to has been rewritten before, and stays. Nothing but the host is looked at.
 */
export const rewriteHost = (uri: string, rules: readonly HostRewrite[]): RewrittenAddress => {
  const { scheme = '', host = '', rest = '' } = parts.exec(uri)?.groups ?? {}
  const lower = host.toLowerCase()
  const [rule] = rules
    .filter(({ from }) => liesIn(lower, from))
    .toSorted((one, other) => other.from.length - one.from.length)
  const isThere = (to: string): boolean => liesIn(lower, to)
  if (!rule) return { uri, isMatched: rules.some(({ to }) => isThere(to)) }
  // `staging.gov.uk` lies in `gov.uk`: what is there already is not moved deeper.
  if (isThere(rule.to) && rule.to.length > rule.from.length) return { uri, isMatched: true }
  const kept = lower.slice(0, lower.length - rule.from.length)
  return { uri: `${scheme}${kept}${rule.to}${rest}`, isMatched: true }
}

const parts = /^(?<scheme>https?:\/\/)(?<host>[^/?#:@\\]+)(?<rest>(?::\d{1,5})?(?:[/?#].*)?)$/is

/** `app.gov.uk` lies in `gov.uk`, and neither `bgov.uk` nor `gov.uk.example` does. */
const liesIn = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)
