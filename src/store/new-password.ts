import { lengthFault, type PasswordOwner, passwordProblems } from '#domain/password.ts'
import { ownWordsOf } from '#domain/password-strength.js'
import type { Signon } from './signon.ts'

/** A new password as it was typed; without a confirmation where nobody could mistype it unseen. */
export interface TypedPassword {
  readonly password: string
  readonly confirmation?: string
}

/** What is wrong with each of the two fields, in words for whoever typed them. */
export interface NewPasswordFaults {
  readonly password?: string
  readonly confirmation?: string
}

/**
 * What the rules say of a new password, nothing when it is good: its length, whether it can be guessed, whether its
 * owner had it before, and the confirmation (`reference/accounts-and-sign-in.md` 6.1). Slow: call it outside of any
 * transaction, and only for somebody who has proved to be the owner, because it tells which passwords were used.
 */
export const newPasswordFaults = async (
  signon: Pick<Signon, 'passwords'>,
  owner: PasswordOwner,
  { password, confirmation = password }: TypedPassword,
): Promise<NewPasswordFaults | undefined> => {
  const fault = lengthFault(password, owner) ?? (await weakness(signon, owner, password))
  if (fault === undefined && password === confirmation) return undefined
  return {
    ...(fault !== undefined && { password: fault }),
    ...(password !== confirmation && { confirmation: passwordProblems.unconfirmed }),
  }
}

const weakness = async (
  { passwords }: Pick<Signon, 'passwords'>,
  owner: PasswordOwner,
  password: string,
): Promise<string | undefined> => {
  if (!(await passwords.isStrong(password, ownWordsOf(owner)))) return passwordProblems.weak
  const fits = await Promise.all(owner.usedHashes.map((hash) => passwords.verify(hash, password)))
  return fits.includes(true) ? passwordProblems.used : undefined
}
