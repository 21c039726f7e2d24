import { OAuthError } from './oauth-error.ts'

/** What a client claims to be; a secret is still to be checked. */
export interface ClientClaim {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/**
 * Who a request says it comes from, by HTTP Basic or by parameters (`reference/oauth-and-apis.md` 8.1). A parameter
 * without a value counts as left out (RFC 6749 §3.2). Throws `OAuthError` for two secrets or two identities (CC-24;
 * RFC 6749 §2.3).
 */
export const clientClaim = (
  authorization: string | undefined,
  parameters: { readonly client_id?: string | undefined; readonly client_secret?: string | undefined },
): ClientClaim => {
  const basic = basicCredentials(authorization)
  const clientId = parameters.client_id || undefined
  const clientSecret = parameters.client_secret || undefined
  if (!basic) return { clientId, clientSecret }
  if (clientSecret !== undefined || (clientId !== undefined && clientId !== basic.clientId))
    throw new OAuthError('invalid_request', 'The request uses more than one way to authenticate the client.')
  return basic
}

const basicCredentials = (authorization: string | undefined): ClientClaim | undefined => {
  const encoded = /^Basic +(?<encoded>[A-Za-z0-9+/_=-]+)$/i.exec(authorization ?? '')?.groups?.['encoded']
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const clientId = unescaped(colon < 0 ? text : text.slice(0, colon))
  const clientSecret = colon < 0 ? undefined : unescaped(text.slice(colon + 1))
  // Neither we nor RFC 6749 Appendix A.1 issue such an id, and PostgreSQL takes no NUL.
  return /\p{Cc}/u.test(clientId) ? undefined : { clientId, clientSecret }
}

/**
 * Either part without its escapes: gds-sso sends ids and secrets as they are, standard clients as RFC 6749 §2.3.1 has
 * it, `-` and `_` included. What we issue holds no `%`, so the one cannot be taken for the other.
 */
const unescaped = (part: string): string => {
  if (!part.includes('%')) return part
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return part
  }
}

/** The token of an `Authorization: Bearer …` header, or nothing (RFC 6750 §2.1). */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(?<token>[\x21-\x7e]+) *$/i.exec(authorization ?? '')?.groups?.['token']
