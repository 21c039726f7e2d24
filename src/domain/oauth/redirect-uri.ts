/** An address taken apart by RFC 3986, without repairing anything on the way. */
interface Parts {
  readonly scheme: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string | undefined
}

// Only what RFC 3986 §2 allows: no backslash, space, control or non-ASCII character that a browser would "repair".
const allowed = /^[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]+$/
const badEscape = /%(?![0-9A-Fa-f]{2})/
// No user information: `https://app.example@evil.example` is an address of evil.example.
const shape =
  /^(?<scheme>https?):\/\/(?<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?<port>\d{1,5}))?(?<path>\/[^?]*)?(?:\?(?<query>.*))?$/i
const loopback = /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Does `sent` match one of the `registered` addresses? Exactly, but for the two allowances of
 * `reference/oauth-and-apis.md` 7: a registered address without a query ignores the query that was sent (CC-11,
 * CC-21), and ports do not matter between loopback addresses written as numbers (RFC 8252 §7.3).
 */
export const matchesAny = (registered: readonly string[], sent: string): boolean => {
  if (registered.includes(sent)) return true
  const parts = takeApart(sent)
  return parts !== undefined && registered.some((one) => matches(one, parts))
}

const matches = (registered: string, sent: Parts): boolean => {
  const reference = takeApart(registered)
  return (
    reference !== undefined &&
    reference.scheme === sent.scheme &&
    reference.host === sent.host &&
    (reference.port === sent.port || (loopback.test(reference.host) && loopback.test(sent.host))) &&
    reference.path === sent.path &&
    (reference.query === undefined || sameQuery(reference.query, sent.query ?? ''))
  )
}

const takeApart = (uri: string): Parts | undefined => {
  if (!allowed.test(uri) || badEscape.test(uri)) return undefined
  const { scheme, host, port, path, query } = shape.exec(uri)?.groups ?? {}
  if (scheme === undefined || host === undefined || !URL.canParse(uri)) return undefined
  const lowerScheme = scheme.toLowerCase()
  return {
    scheme: lowerScheme,
    host: host.toLowerCase(),
    port:
      port === undefined ? defaultPorts[lowerScheme === 'https' ? 'https' : 'http'] : String(Number(port)),
    path: path ?? '/',
    query,
  }
}

const defaultPorts = { https: '443', http: '80' } as const

/** The same `name=value` pairs, in any order. */
const sameQuery = (one: string, other: string): boolean => sortedPairs(one) === sortedPairs(other)

const sortedPairs = (query: string): string => query.split('&').sort().join('&')

/** A redirect address in the form in which the two requests of one sign-in are compared. */
export interface ComparableUri {
  readonly base: string
  /** Its pairs in order, but for those that Signon adds itself; null without any. */
  readonly query: string | null
}

/**
 * The address of an authorization or token request in comparable form, or nothing when it is not well-formed. An
 * address with a query must come back with the same query; `code` and `state` do not count, because gds-sso sends
 * the whole address that it was called back at (`reference/client-contract.md` 2, step 5).
 */
export const comparableUri = (uri: string): ComparableUri | undefined => {
  const parts = takeApart(uri)
  if (!parts) return undefined
  const pairs = (parts.query ?? '').split('&').filter((pair) => pair !== '' && !ours.has(nameOf(pair)))
  return {
    base: `${parts.scheme}://${parts.host}:${parts.port}${parts.path}`,
    query: pairs.length > 0 ? pairs.sort().join('&') : null,
  }
}

const ours = new Set(['code', 'state'])

/** What is wrong with an address that somebody wants to register, in words, or nothing. */
export const redirectUriFault = (
  uri: string,
  options: { readonly allowHttp: boolean },
): string | undefined => {
  if (uri === '') return 'Enter a redirect address'
  if (uri.includes('#')) return 'The redirect address cannot contain a fragment.'
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(uri))
    return 'The redirect address must be absolute, like https://app.example.gov.uk/auth/gds/callback.'
  const parts = takeApart(uri)
  if (!parts) return 'The redirect address must be a valid http or https address without a user name.'
  if (parts.scheme === 'http' && !options.allowHttp && !loopback.test(parts.host))
    return 'The redirect address must begin with https.'
  return undefined
}

/**
 * `uri` with `parameters` added to its query, or its fragment: what was there stays, unless it has the name of an
 * added one. Form-encoded, in the order given (CC-14).
 */
export const withParameters = (
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
  place: 'query' | 'fragment' = 'query',
): string => {
  // At the first question mark only: a query may hold more of them (RFC 3986 §3.4).
  const { base = '', query = '' } = /^(?<base>[^?]*)\??(?<query>.*)$/s.exec(uri)?.groups ?? {}
  const added = new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  if (place === 'fragment') return `${uri}#${added}`
  const kept = query.split('&').filter((pair) => pair !== '' && !added.has(nameOf(pair)))
  return `${base}?${[...kept, added].join('&')}`
}

const nameOf = (pair: string): string => new URLSearchParams(pair).keys().next().value ?? ''
