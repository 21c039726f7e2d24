import { type PasswordOwner, shortestFor } from '#domain/password.ts'
import { ownWordsOf } from '#domain/password-strength.js'
import type { NewPasswordFaults } from '#store/new-password.ts'

/** What `layout/new-password.njk` shows, as the fact `newPassword` of a page: the fields of a new password. */
export interface NewPasswordView {
  /** The fewest characters. */
  readonly shortest: number
  /** For the script that judges while somebody types. */
  readonly ownWords: readonly string[]
  readonly passwordFault: string | null
  readonly confirmationFault: string | null
  /** The same faults for the error summary. */
  readonly problems: readonly { readonly text: string; readonly href: string }[]
}

/** The fields of a new password for this person, with what was wrong with the last one. */
export const newPasswordView = (owner: PasswordOwner, faults: NewPasswordFaults = {}): NewPasswordView => ({
  shortest: shortestFor(owner),
  ownWords: ownWordsOf(owner),
  passwordFault: faults.password ?? null,
  confirmationFault: faults.confirmation ?? null,
  problems: [
    ...(faults.password === undefined ? [] : [{ text: faults.password, href: '#password' }]),
    ...(faults.confirmation === undefined
      ? []
      : [{ text: faults.confirmation, href: '#password-confirmation' }]),
  ],
})
