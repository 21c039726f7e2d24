import { hashToken } from '#kernel/token.ts'
import { OAuthError } from './oauth-error.ts'

// RFC 7636 §4.2: the base64url SHA-256 of the verifier, always 43 characters.
const challengeShape = /^[A-Za-z0-9_-]{43}$/

/**
 * The challenge of an authorization request, or null when it has none. Only S256 is taken: `plain` protects nothing
 * from whoever sees the request. Throws `OAuthError` (RFC 7636 §4.4.1).
 */
export const codeChallenge = (
  challenge: string | undefined,
  method: string | undefined,
  isRequired: boolean,
): string | null => {
  if (!challenge) {
    if (isRequired) throw new OAuthError('invalid_request', 'This application must send a code_challenge.')
    if (method) throw new OAuthError('invalid_request', 'A code_challenge_method needs a code_challenge.')
    return null
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'The code_challenge_method must be S256.')
  if (!challengeShape.test(challenge))
    throw new OAuthError('invalid_request', 'The code_challenge must be 43 URL-safe characters.')
  return challenge
}

/**
 * The challenge that `verifier` answers, or null without one. A code is exchanged when this is the challenge that it
 * was issued under: neither may come without the other (RFC 7636 §4.6).
 */
export const challengeOf = (verifier: string | undefined): string | null =>
  verifier ? hashToken(verifier).toString('base64url') : null
