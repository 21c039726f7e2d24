import { OAuthError } from './oauth-error.ts'

/** Words of OpenID Connect, which clients of its libraries send by habit. */
const ignored: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/**
 * Refuses a scope that asks for something: Signon's tokens have none, and what somebody may do is up to their
 * permissions. The words of OpenID Connect are passed over as long as it is not offered (CC-12 as amended). Throws
 * `OAuthError`.
 */
export const refuseScope = (scope: string | undefined): void => {
  const words = (scope ?? '').split(' ').filter((word) => word.trim() !== '')
  if (!words.every((word) => ignored.has(word)))
    throw new OAuthError('invalid_scope', 'The scope must be absent or blank.')
}
