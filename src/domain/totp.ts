import { titleOf } from './letter.ts'

/** The code that an authenticator app with one secret shows in a step. */
export type CodeAt = (step: number) => string

const stepMilliseconds = 30_000

/** The 30-second step that an instant falls into (RFC 6238 §4). */
export const stepAt = (instant: Date): number => Math.floor(instant.getTime() / stepMilliseconds)

/** Steps that a clock may be off for us to say so: ten minutes. */
const stepsToSay = 20

/** What a code is worth. */
export type CodeVerdict =
  | { readonly verdict: 'right'; readonly step: number }
  /** It, or a later one, was used before. */
  | { readonly verdict: 'used' }
  /** It is right for a clock that is so far ahead of ours (behind it, when negative). */
  | { readonly verdict: 'other clock'; readonly step: number; readonly secondsAhead: number }
  | { readonly verdict: 'wrong' }

/**
 * Judges the tidied code of an authenticator app whose last used step was `lastStep`. The code of this step and of the
 * one before are right, once (RFC 6238 §5.2).
 */
export const judgeCode = (codeAt: CodeAt, code: string, lastStep: number, now: Date): CodeVerdict => {
  const current = stepAt(now)
  const off = offsets.find((offset) => codeAt(current + offset) === code)
  if (off === undefined) return { verdict: 'wrong' }
  if (current + off <= lastStep) return { verdict: 'used' }
  return off === 0 || off === -1
    ? { verdict: 'right', step: current + off }
    : { verdict: 'other clock', step: current + off, secondsAhead: (off * stepMilliseconds) / 1000 }
}

/** The first step whose code may still become right, or is. */
export const oldestStepToCome = (now: Date): number => stepAt(now) - 1

// The nearest first: this step, the one before, the one after, and so on.
const offsets: readonly number[] = [
  0,
  ...Array.from({ length: stepsToSay }, (_, index) => [-(index + 1), index + 1]).flat(),
]

/** Who issues the codes, as authenticator apps show it: it tells one environment from another. */
export const issuerOf = (environment: string): string =>
  environment === 'production' ? 'GOV.UK Signon' : `${titleOf(environment)} GOV.UK Signon`

/** The address that an authenticator app reads from a QR code (`reference/accounts-and-sign-in.md` 11.1). */
export const setUpAddress = (environment: string, email: string, secret: string): string => {
  const issuer = encodeURIComponent(issuerOf(environment))
  return `otpauth://totp/${issuer}:${encodeURIComponent(email)}?secret=${secret}&issuer=${issuer}`
}
