import { day, hour, second } from '#kernel/clock.ts'

/** An authorization code is exchanged within a minute, or never. */
export const codeMilliseconds = 60 * second
/** An access token from a code or a refresh token (`reference/oauth-and-apis.md` 12.2). */
export const accessTokenMilliseconds = 2 * hour
/** A refresh token, from its own issue; each use issues the next one. */
export const refreshTokenMilliseconds = 30 * day
