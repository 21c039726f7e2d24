import { mintChallenge, type PasskeyUse } from '#domain/passkey.ts'
import type { Signon } from '#store/signon.ts'
import type { Request } from './routes.ts'
import { onlyText } from './urlencoded.ts'

/** A fresh challenge for the browser that sent the request; the token of its forms stands for it. */
export const challengeFor = (
  { keys, random, clock }: Signon,
  use: PasskeyUse,
  { browser, session }: Request,
): string => mintChallenge(keys, random, clock.now(), use, browser.csrfToken(session))

/** A form of `layout/passkey-form.njk`. */
export interface PasskeyForm {
  readonly kind: 'create' | 'get'
  readonly action: string
  /** For the browser, as JSON. */
  readonly options: string
  readonly button: string
  readonly isSecondary: boolean
}

/** What a form with a passkey brought: the browser's answer, and the token that stands for the browser. */
export const passkeyAnswerIn = (body: unknown): { readonly answer: string; readonly holder: string } => ({
  answer: onlyText(body, 'credential') ?? '',
  holder: onlyText(body, 'csrf_token') ?? '',
})
