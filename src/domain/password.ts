import { thousands } from '#kernel/count.ts'

/** The fewest characters of a new password: nothing but the password guards an account without a second step. */
const shortestPassword = 10
const shortestWithoutSecondStep = 15
const longestPassword = 4096

/** Passwords that somebody may not take again: the present one, and so many before it. */
export const oldPasswordsKept = 2

/** Whoever is to have a new password, as far as the rules ask. */
export interface PasswordOwner {
  readonly name: string
  readonly email: string
  /** The organisation's name. */
  readonly organisation: string | null
  /** Exempt from 2-step verification? */
  readonly isExempt: boolean
  /** Hashes of the present password and of those before it that are refused still. */
  readonly usedHashes: readonly string[]
}

/** The words for every way in which a new password can be wrong (`reference/accounts-and-sign-in.md` 6.1). */
export const passwordProblems = {
  weak: 'Password not strong enough. Consider adding a number, symbols or more letters to make it stronger.',
  used: 'Password was used previously. Please choose a different one.',
  unconfirmed: 'Password confirmation doesn’t match Password',
} as const

// Characters are Unicode code points, so that an emoji is one.
const lengthOf = (password: string): number => [...password].length

/** No password is as long as this one. */
export const isTooLong = (password: string): boolean => lengthOf(password) > longestPassword

/** How many characters this person's new password needs. */
export const shortestFor = ({ isExempt }: Pick<PasswordOwner, 'isExempt'>): number =>
  isExempt ? shortestWithoutSecondStep : shortestPassword

/** What is wrong with the length of a new password, in words for its owner, or nothing. */
export const lengthFault = (password: string, owner: Pick<PasswordOwner, 'isExempt'>): string | undefined => {
  const [length, shortest] = [lengthOf(password), shortestFor(owner)]
  if (length === 0) return 'Enter a password'
  if (length < shortest) return `Password must be ${shortest} characters or more`
  if (length > longestPassword) return `Password must be ${thousands(longestPassword)} characters or less`
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

/** Everything that passwords need and that takes its time. */
export interface Passwords extends PasswordHasher {
  /** Is `password` hard to guess for somebody who knows these words of its owner? */
  isStrong(password: string, ownWords: readonly string[]): Promise<boolean>
}
