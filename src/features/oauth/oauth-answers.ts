import type { OAuthError, OAuthErrorCode } from '#domain/oauth/oauth-error.ts'

/** An answer to a client, ready to be sent. */
export interface OAuthAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** No answer of these endpoints may be kept (RFC 6749 §5.1, CC-29). */
export const uncached = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

/** A refusal as RFC 6749 §5.2 has it. */
export const errorAnswer = ({ code, message }: OAuthError): OAuthAnswer => {
  const challenge = challenges[code]
  return {
    status: challenge !== undefined ? 401 : code === 'unauthorized_client' ? 403 : 400,
    headers: { ...uncached, ...(challenge !== undefined && { 'www-authenticate': challenge }) },
    body: { error: code, error_description: message },
  }
}

/** The challenge of RFC 6750 §3 for a request without a good token. */
export const bearerChallenge = (problem?: 'revoked' | 'expired' | 'invalid'): string => {
  if (problem === undefined) return 'Bearer realm="Signon"'
  const words = {
    revoked: 'The access token was revoked',
    expired: 'The access token expired',
    invalid: 'The access token is invalid',
  }
  return `Bearer realm="Signon", error="invalid_token", error_description="${words[problem]}"`
}

/** Every 401 says how to authenticate (RFC 9110 §15.5.2). */
const challenges: Readonly<Partial<Record<OAuthErrorCode, string>>> = {
  invalid_client: 'Basic realm="Signon", charset="UTF-8"',
  invalid_token: bearerChallenge('invalid'),
}

/** Of the parameters that came by query, form or JSON, those named, each at most once. Throws `OAuthError`. */
export const parametersOf = <Name extends string>(
  names: readonly Name[],
  sources: readonly unknown[],
  repeated: (name: Name) => OAuthError,
): Readonly<Partial<Record<Name, string>>> => {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names)
    for (const source of sources) {
      const value =
        typeof source === 'object' && source !== null && Object.hasOwn(source, name)
          ? Reflect.get(source, name)
          : undefined
      if (value === undefined || value === null) continue
      if (typeof value !== 'string' || found[name] !== undefined) throw repeated(name)
      found[name] = value
    }
  return found
}
