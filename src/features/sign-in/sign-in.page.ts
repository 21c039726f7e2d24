import type { Page } from '#web/page.ts'
import type { PasskeyForm } from '#web/passkey-form.ts'

export interface SignInView {
  readonly email: string
  /** What was wrong with the last try, or nothing. */
  readonly problem: 'refused' | 'suspended' | null
  /** Where to go on to; the dashboard when there is nothing. */
  readonly returnAddress: string | undefined
  readonly passkey: PasskeyForm
}

const problems = {
  refused:
    'Invalid email or password. Entering an incorrect password 6 times will lock your account for 1 hour.',
  suspended:
    'Your account has been suspended. A managing editor or publishing manager in your organisation can lift this suspension.',
} as const

export const signInPage = ({ email, problem, returnAddress, passkey }: SignInView): Page => ({
  template: 'sign-in/sign-in.njk',
  view: {
    title: 'Sign in',
    email,
    problem: problem === null ? null : problems[problem],
    returnAddress: returnAddress ?? '',
    passkey,
  },
})
