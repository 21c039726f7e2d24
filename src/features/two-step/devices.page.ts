import type { Page } from '#web/page.ts'
import type { PasskeyForm } from '#web/passkey-form.ts'
import type { ShownProblems } from './field-problems.ts'

/** Says why there is no way around 2-step verification, and begins it. */
export const promptPage = (setUpPath: string): Page => ({
  template: 'two-step/prompt.njk',
  view: { title: 'Make your account more secure', setUpPath },
})

export interface SetUpView extends ShownProblems {
  /** An image, as SVG. */
  readonly qrCode: string
  /** The secret in groups of four. */
  readonly secret: string
  /** What the app will call the account. */
  readonly issuer: string
  readonly email: string
  readonly name: string
  /** Nothing for whoever must set one up. */
  readonly cancelPath: string | null
}

/** Sets up the first authenticator app. */
export const setUpPage = (view: SetUpView): Page => ({
  template: 'two-step/set-up.njk',
  view: { title: 'Set up 2-step verification', isFirst: true, ...view },
})

/** Sets up another one. */
export const addDevicePage = (view: SetUpView): Page => ({
  template: 'two-step/set-up.njk',
  view: { title: 'Add another authenticator app', isFirst: false, ...view },
})

export interface RecoveryCodesView {
  readonly title: string
  readonly codes: readonly string[]
  readonly continuePath: string
}

/** Shows new recovery codes, this once. */
export const recoveryCodesPage = (view: RecoveryCodesView): Page => ({
  template: 'two-step/recovery-codes.njk',
  view: { ...view },
})

export interface DeviceView {
  readonly name: string
  readonly added: string
  readonly lastUsed: string
  /** Nothing for the last device of somebody who must have one. */
  readonly removePath: string | null
}

export interface DevicesView {
  readonly devices: readonly DeviceView[]
  readonly passkeys: readonly DeviceView[]
  readonly recoveryCodesLeft: number
}

/** The devices that somebody passes the second step with. */
export const devicesPage = (view: DevicesView): Page => ({
  template: 'two-step/devices.njk',
  view: { title: 'Change your 2-step verification device', ...view },
})

export interface ConfirmView extends ShownProblems {
  readonly title: string
  readonly explanation: string
  readonly button: string
  readonly action: string
  readonly isWarning: boolean
  /** Of somebody who has passkeys. */
  readonly passkey: PasskeyForm | null
}

/** Asks for the password and a code, or a passkey, before something is changed. */
export const confirmPage = (view: ConfirmView): Page => ({
  template: 'two-step/confirm.njk',
  view: { ...view },
})
