import type { Page } from '#web/page.ts'
import type { PasskeyForm } from '#web/passkey-form.ts'

export interface SecondStepView {
  /** Signon as it is called in this environment. */
  readonly signonName: string
  /** The same as an authenticator app calls it. */
  readonly issuer: string
  /** What was wrong with the last try, or nothing. */
  readonly problem: string | null
  /** Where to go on to; the dashboard when there is nothing. */
  readonly returnAddress: string | undefined
  /** Of somebody who has passkeys. */
  readonly passkey: PasskeyForm | null
}

/** Asks for the code of an authenticator app. */
export const codePage = ({ returnAddress, ...view }: SecondStepView): Page => ({
  template: 'two-step/code.njk',
  view: {
    title: `Enter the code for ${view.signonName}`,
    ...view,
    returnAddress: returnAddress ?? '',
  },
})

/** Asks for a recovery code instead. */
export const recoveryCodePage = ({ returnAddress, ...view }: SecondStepView): Page => ({
  template: 'two-step/recovery-code.njk',
  view: { title: 'Use a recovery code', ...view, returnAddress: returnAddress ?? '' },
})
