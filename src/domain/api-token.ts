import { after, day } from '#kernel/clock.ts'
import { londonDay } from './london-time.ts'
import { daysUntil } from './two-step.ts'
import { emailFault, normaliseEmail } from './user.ts'

/** How long a token lives unless it is said, in days: two years, and no less than the 63,113,904 seconds of CC-90. */
export const usualDays = 731
const longestDays = 3650

/** What is said of a new token beside its application. */
export interface TokenTerms {
  /** What it is for; it may be blank. */
  readonly purpose: string
  /** As it was typed: who is told before the token expires. */
  readonly ownerEmail: string
  readonly days: number
}

/** What is wrong with a new token, by field. */
export type TokenFaults = Readonly<Partial<Record<'application' | keyof TokenTerms, string>>>

/** What is wrong with these terms. Its own address an API user keeps, whatever would be asked of a new one. */
export const termFaults = (terms: TokenTerms, ownEmail: string): TokenFaults => {
  const owner = normaliseEmail(terms.ownerEmail)
  const ownerFault = owner === ownEmail ? undefined : emailFault(owner)
  const daysFault = lifetimeFault(terms.days)
  return {
    ...(terms.purpose.trim().length > 255 && { purpose: 'Purpose must be 255 characters or less' }),
    ...(ownerFault !== undefined && { ownerEmail: ownerFault }),
    ...(daysFault !== undefined && { days: daysFault }),
  }
}

/** What is wrong with a lifetime in days, or nothing. */
export const lifetimeFault = (days: number): string | undefined =>
  Number.isInteger(days) && days >= 1 && days <= longestDays
    ? undefined
    : `A token lives for a whole number of days, from 1 to ${longestDays}.`

/** A number of days as somebody typed it; no number when it is none. */
export const typedDays = (typed: string): number =>
  /^\d{1,9}$/.test(typed.trim()) ? Number(typed) : Number.NaN

/** The instant at which a token of so many days expires. */
export const expiryOf = (made: Date, days: number): Date => after(made, days * day)

/** The owner of a token is told so many days before it expires; the least first. */
const warningDays = [1, 7, 14, 30, 60] as const

/** How far ahead of its expiry a token is told of at the earliest, in days. */
const mostWarningDays = Math.max(...warningDays)

/** Whoever looks for tokens that expire soon need not look at those that expire later than this. */
export const warningHorizon = (now: Date): Date => after(now, (mostWarningDays + 2) * day)

/** The days until a token expires, by the calendar of the United Kingdom; 0 on the day itself. */
export const daysLeft = (expiresAt: Date, now: Date): number =>
  daysUntil(londonDay(expiresAt), londonDay(now))

export interface ExpiryWarning {
  /** The warning that it is, by its number of days; each is given once. */
  readonly step: (typeof warningDays)[number]
  /** The days that are really left: fewer when nobody was told on the day of the warning. */
  readonly days: number
}

/**
 * The warning that is due for a token, if it was not given before. Of days that lay behind it already when it was made,
 * nobody is told: whoever made it chose them.
 */
export const warningDue = (
  { createdAt, expiresAt }: { readonly createdAt: Date; readonly expiresAt: Date },
  now: Date,
): ExpiryWarning | undefined => {
  const days = daysLeft(expiresAt, now)
  const step = warningDays.find((ahead) => days <= ahead)
  if (expiresAt <= now || step === undefined || daysLeft(expiresAt, createdAt) <= step) return undefined
  return { step, days }
}

/** How a token stands that was not revoked. */
export type TokenState = 'lasting' | 'expiring' | 'expired'

export const tokenState = (expiresAt: Date | null, now: Date): TokenState => {
  if (expiresAt === null || (expiresAt > now && daysLeft(expiresAt, now) > mostWarningDays)) return 'lasting'
  return expiresAt <= now ? 'expired' : 'expiring'
}

/** When a token expires, as it is said: `in 12 days`. */
export const inDays = (days: number): string => {
  if (days <= 0) return 'today'
  return days === 1 ? 'tomorrow' : `in ${days} days`
}
