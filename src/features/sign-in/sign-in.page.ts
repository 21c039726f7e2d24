import type { Page } from '#web/page.ts'
import type { PasskeyForm } from '#web/passkey-form.ts'

export interface SignInView {
  readonly email: string
  /** What was wrong with the last try, or nothing. */
  readonly problem: string | null
  /** Where to go on to; the dashboard when there is nothing. */
  readonly returnAddress: string | undefined
  readonly passkey: PasskeyForm
}

export const signInPage = ({ email, problem, returnAddress, passkey }: SignInView): Page => ({
  template: 'sign-in/sign-in.njk',
  view: {
    title: 'Sign in',
    email,
    problem,
    returnAddress: returnAddress ?? '',
    passkey,
  },
})
