import { after, day, second } from '#kernel/clock.ts'
import type { Role } from './user.ts'

/** What decides whether somebody must use 2-step verification. */
export interface TwoStepFacts {
  readonly role: Role
  /** Required of this person, whatever else holds. */
  readonly isRequired: boolean
  readonly isExempt: boolean
  /** Required of everybody in their organisation. */
  readonly isRequiredByOrganisation: boolean
}

/** Does this role by itself require 2-step verification? */
export const roleRequiresTwoStep = (role: Role): boolean => role !== 'normal'

/** Must somebody pass a second step when they sign in? Asked anew each time (`reference/accounts-and-sign-in.md` 11.3). */
export const mustUseTwoStep = ({
  role,
  isRequired,
  isExempt,
  isRequiredByOrganisation,
}: TwoStepFacts): boolean =>
  roleRequiresTwoStep(role) || isRequired || (isRequiredByOrganisation && !isExempt)

const rememberedMilliseconds = 30 * day

/** A browser in which the second step was passed is not asked for it again for so long. */
export const rememberedSeconds = rememberedMilliseconds / second

/** The instant at which a browser in which the second step was passed is asked for it again. */
export const rememberedUntil = (passed: Date): Date => after(passed, rememberedMilliseconds)

/** Wrong codes in a row, counting the last one, that lock an account. */
export const codesUntilLock = 10

/** Does this wrong attempt lock the account? Of one that is locked: was it locked by wrong codes? */
export const wrongCodeLocks = (attempts: number): boolean => attempts >= codesUntilLock

/** A way to pass the second step: an authenticator app. */
export type FactorId = number & { readonly brand: 'FactorId' }

/** How an authenticator app is called whose owner gave it no name. */
export const appNameOf = (typed: string): string => typed.trim() || 'Authenticator app'

/** A person may have so many authenticator apps. */
export const mostApps = 10

/** What is wrong with the name of an authenticator app, or nothing. */
export const appNameFault = (typed: string): string | undefined =>
  typed.trim().length > 100 ? 'Name must be 100 characters or less' : undefined

/** Somebody has so many recovery codes at first. */
export const recoveryCodeCount = 10

/** A code as it is compared: people put spaces and hyphens into it. */
export const tidyCode = (typed: string): string => typed.replaceAll(/[\s\p{Dash}]/gu, '').toLowerCase()

/** Does it look like a code of an authenticator app rather than like a recovery code? */
export const isAppCode = (tidied: string): boolean => /^\d{6}$/.test(tidied)

/** Somebody need not use 2-step verification, and why. */
export interface Exemption {
  readonly reason: string
  /** The day on which it ends, YYYY-MM-DD in the United Kingdom. */
  readonly until: string
}

/** What is wrong with a new exemption, in words (`reference/accounts-and-sign-in.md` 11.5). `today` is a day as well. */
export const exemptionFaults = (
  { reason, until }: Exemption,
  today: string,
): readonly (string | undefined)[] => [exemptionReasonFault(reason.trim()), untilFault(until.trim(), today)]

const exemptionReasonFault = (reason: string): string | undefined => {
  if (reason === '') return 'Reason must be provided'
  return reason.length > 255 ? 'Reason must be 255 characters or less' : undefined
}

const untilFault = (until: string, today: string): string | undefined => {
  if (until === '') return 'Expiry date must be provided'
  if (!isRealDay(until)) return 'Expiry date must be a real date'
  return until > today ? undefined : 'Expiry date must be in the future'
}

const isRealDay = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const midnight = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text)
}

/** People are told so many days before an exemption ends; the least first. */
const endingDays = [3, 14] as const

/** How far ahead of its end people are told of it at the earliest, in days. */
export const mostEndingDays = Math.max(...endingDays)

/** The days that are left until a day begins. */
export const daysUntil = (until: string, today: string): number =>
  (Date.parse(`${until}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / day

/** What is told of an exemption's end today, if it was not told before; nothing when that is too early. */
export const endingNotice = (until: string, today: string): EndingNotice | undefined => {
  const days = daysUntil(until, today)
  const step = endingDays.find((one) => days <= one)
  if (days < 1 || step === undefined) return undefined
  return { kind: `exemption-ending-${step}`, countsFrom: new Date(`${until}T00:00:00Z`), days }
}

/** A reminder of an exemption's end; it belongs to the day that it counts to. */
export interface EndingNotice {
  readonly kind: `exemption-ending-${(typeof endingDays)[number]}`
  readonly countsFrom: Date
  readonly days: number
}
