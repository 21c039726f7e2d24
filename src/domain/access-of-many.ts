import type { ApplicationId, PermissionId } from './application.ts'
import { emailFault, normaliseEmail, type UserId } from './user.ts'

export type AccessChangeId = number & { readonly brand: 'AccessChangeId' }

/** One application's permissions given to, or taken from, many users at once. */
export interface AccessOfMany {
  readonly id: AccessChangeId
  readonly begunBy: UserId
  readonly application: { readonly id: ApplicationId; readonly name: string }
  readonly isGiving: boolean
  /** None until it has started. */
  readonly permissions: readonly PermissionId[]
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** Why it ended before everybody's turn had come. */
  readonly stoppedBecause: string | null
}

/** Nobody changes the access of more users at once. */
const mostUsersAtOnce = 5000

/** Addresses that somebody wrote or pasted, one a line or between commas, each once, as they are stored. */
export const addressesIn = (typed: string): readonly string[] => [
  ...new Set(
    typed
      .split(/[\s,;]+/)
      .map(normaliseEmail)
      .filter((email) => email !== ''),
  ),
]

/** What is wrong with the choice of users, in words, or nothing. */
export const choiceFault = (ids: readonly UserId[], addresses: readonly string[]): string | undefined => {
  if (ids.length + addresses.length === 0) return 'Select users, or enter their email addresses'
  if (ids.length + addresses.length > mostUsersAtOnce)
    return `Choose no more than ${mostUsersAtOnce.toLocaleString('en')} users at once`
  const malformed = addresses.filter((email) => emailFault(email) !== undefined && !email.includes('@'))
  return malformed.length > 0 ? `These are not email addresses: ${listed(malformed)}` : undefined
}

/** The first ten of them, and how many more there are. */
export const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, 10).join(', ')
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown
}
