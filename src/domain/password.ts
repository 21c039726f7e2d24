const shortestPassword = 10
const longestPassword = 4096

// Characters are Unicode code points, so that an emoji is one.
const lengthOf = (password: string): number => [...password].length

/** No password is as long as this one. */
export const isTooLong = (password: string): boolean => lengthOf(password) > longestPassword

/** What is wrong with a new password, in words for its owner, or nothing. */
export const passwordFault = (password: string): string | undefined => {
  const length = lengthOf(password)
  if (length === 0) return 'Enter a password'
  if (length < shortestPassword) return `Password must be ${shortestPassword} characters or more`
  if (length > longestPassword)
    return `Password must be ${longestPassword.toLocaleString('en-GB')} characters or less`
  return undefined
}

/**
 * Turns passwords into what is stored, and checks them. Slow on purpose; never call it inside a transaction. A password
 * is the same however its letters are composed (Unicode NFC).
 */
export interface PasswordHasher {
  /** A self-describing hash of `password`. */
  hash(password: string): Promise<string>
  /** Does `password` fit `hash`? Without a hash the same work is done, and the answer is no. */
  verify(hash: string | null, password: string): Promise<boolean>
}
