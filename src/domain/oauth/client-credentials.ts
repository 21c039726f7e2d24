import { OAuthError } from './oauth-error.ts'

/** What a client claims to be; a secret is still to be checked. */
export interface ClientClaim {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/**
 * Who a request says it comes from, by HTTP Basic or by parameters (`reference/oauth-and-apis.md` 8.1). The parts of
 * the Basic header are not percent-decoded: the ids and secrets that we issue need none. Throws `OAuthError` for two
 * secrets or two identities (CC-24; RFC 6749 §2.3).
 */
export const clientClaim = (
  authorization: string | undefined,
  parameters: { readonly client_id?: string | undefined; readonly client_secret?: string | undefined },
): ClientClaim => {
  const basic = basicCredentials(authorization)
  const { client_id: clientId, client_secret: clientSecret } = parameters
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
  return colon < 0
    ? { clientId: text, clientSecret: undefined }
    : { clientId: text.slice(0, colon), clientSecret: text.slice(colon + 1) }
}

/** The token of an `Authorization: Bearer …` header, or nothing (RFC 6750 §2.1). */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(?<token>[\x21-\x7e]+) *$/i.exec(authorization ?? '')?.groups?.['token']
