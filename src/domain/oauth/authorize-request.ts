import { OAuthError } from './oauth-error.ts'
import { codeChallenge } from './pkce.ts'
import { requestedScope } from './scope.ts'

/** The parameters of `GET /oauth/authorize` that Signon looks at, each sent at most once. */
export interface AuthorizeParameters {
  readonly response_type?: string | undefined
  readonly response_mode?: string | undefined
  readonly state?: string | undefined
  readonly scope?: string | undefined
  readonly nonce?: string | undefined
  readonly code_challenge?: string | undefined
  readonly code_challenge_method?: string | undefined
}

/** A well-formed request for a code, by a known client for a registered address. */
export interface CodeRequest {
  readonly responseMode: 'query' | 'fragment'
  readonly codeChallenge: string | null
  /** As of `requestedScope`. */
  readonly scope: string
  readonly nonce: string | null
}

/**
 * Checks what a known client sent, the first failing check winning (`reference/oauth-and-apis.md` 6.3, rows 4 to 7).
 * Throws `OAuthError`, to be sent back to the client's redirect address.
 */
export const codeRequest = (sent: AuthorizeParameters, requiresPkce: boolean): CodeRequest => {
  if (!sent.response_type)
    throw new OAuthError('invalid_request', 'Missing required parameter: response_type.')
  if (sent.response_type !== 'code')
    throw new OAuthError('unsupported_response_type', 'The response_type must be code.')
  const responseMode = sent.response_mode || 'query'
  if (responseMode !== 'query' && responseMode !== 'fragment')
    throw new OAuthError('invalid_request', 'The response_mode must be query or fragment.')
  const scope = requestedScope(sent.scope)
  return {
    responseMode,
    codeChallenge: codeChallenge(sent.code_challenge, sent.code_challenge_method, requiresPkce),
    scope,
    nonce: sent.nonce || null,
  }
}
