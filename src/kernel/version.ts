import { hashToken } from './token.ts'

/**
 * A word for how something is, as JSON: any change of it changes the word. A form carries it, so that of two who change
 * the same thing at once the second is told.
 */
export const versionOf = (state: unknown): string =>
  hashToken(JSON.stringify(state)).toString('base64url').slice(0, 16)
