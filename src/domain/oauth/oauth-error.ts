/** RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_token'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'

/** Why a client's request is refused; both code and description go back to the client. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode

  constructor(code: OAuthErrorCode, description: string) {
    super(description)
    this.code = code
  }
}

export const unknownClient = (): OAuthError =>
  new OAuthError('invalid_client', 'The client is unknown, sent no credentials, or sent wrong ones.')

export const invalidGrant = (): OAuthError =>
  new OAuthError(
    'invalid_grant',
    'The code or refresh token is unknown, expired, used, ended, of another client, or does not match this request.',
  )

export const missingParameter = (name: string): OAuthError =>
  new OAuthError('invalid_request', `Missing required parameter: ${name}.`)
