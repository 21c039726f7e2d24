import type { Secret } from '#kernel/secret.ts'
import { hashToken } from '#kernel/token.ts'
import type { UserUid } from './user.ts'

/**
 * A name by which analytics know that somebody came back, and not who: 17 hexadecimal digits. Applications that share
 * the secret work out the same (`reference/oauth-and-apis.md` 16.5).
 */
export const anonymousUserId = (uid: UserUid, secret: Secret): string =>
  hashToken(JSON.stringify([uid, secret.reveal()]))
    .toString('hex')
    .slice(0, 17)
