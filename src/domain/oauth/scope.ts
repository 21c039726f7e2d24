import { OAuthError } from './oauth-error.ts'

/** Words of OpenID Connect, which clients of its libraries send by habit. */
const known: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/**
 * The scope that a request asks for, each word once and in one order; empty for none. Signon's tokens have none, and
 * what somebody may do is up to their permissions: the words of OpenID Connect are remembered with the authorization
 * and grant nothing as long as it is not offered (CC-12 as amended), and all others are refused. Throws `OAuthError`.
 */
export const requestedScope = (scope: string | undefined): string => {
  const words = (scope ?? '').split(' ').filter((word) => word.trim() !== '')
  if (!words.every((word) => known.includes(word)))
    throw new OAuthError('invalid_scope', 'The scope must be absent or blank.')
  return known.filter((word) => words.includes(word)).join(' ')
}
