import { mintChallenge, type PasskeyUse } from '#domain/passkey.ts'
import type { Signon } from '#store/signon.ts'
import type { Request } from './routes.ts'
import { onlyText } from './urlencoded.ts'

/** A fresh challenge for the browser that sent the request, or for its session. */
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

/**
 * What a form with a passkey brought, and what stands for the browser that sent it. That is never taken from the form: one
 * of another session that this browser can be made to hold would carry over what was shown there.
 */
export const passkeyAnswerIn = ({
  body,
  browser,
  session,
}: Request): { readonly answer: string; readonly holder: string } => ({
  answer: onlyText(body, 'credential') ?? '',
  holder: browser.csrfToken(session),
})
