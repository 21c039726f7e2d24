import { after, day } from '#kernel/clock.ts'
import type { User } from './user.ts'

// Days are dates in UTC, so neither the hour of a sign-in nor summer time makes a difference
// (`reference/accounts-and-sign-in.md` 10.1 to 10.3).

/** So many days without a sign-in are allowed; on the day after them the account is suspended. */
const unusedDays = 45
/** The same after a suspension was lifted. */
const graceDays = 7
/** So long after the last invitation, an account that was never signed in to is deleted the day after. */
const neverSignedInDays = 90
/** Before a suspension the person is reminded, so many days ahead; the least first. */
const reminderDays = [1, 3, 7, 14] as const
/** Whoever invited somebody is warned of the deletion so many days ahead. */
const warningDays = 7

type Use = Pick<User, 'lastSignedInAt' | 'unsuspendedAt'>

/** Midnight UTC at which the date begins that is `days` after that of `instant`; before it, when negative. */
const dateAfter = (instant: Date, days: number): Date =>
  after(instant, days * day - (instant.getTime() % day))

const daysUntil = (date: Date, now: Date): number => (date.getTime() - dateAfter(now, 0).getTime()) / day

/** Whoever last signed in, and was last unsuspended, before these instants has left the account unused. */
export const unusedBefore = (now: Date): { readonly signedIn: Date; readonly unsuspended: Date } => ({
  signedIn: dateAfter(now, -unusedDays),
  unsuspended: dateAfter(now, -graceDays),
})

/** What is written down for a suspension. */
export const unusedReason = (now: Date): string =>
  `User has not logged in for ${unusedDays} days since ${longDate(dateAfter(now, -unusedDays - 1))}`

/** The date on which the account is suspended, as its midnight UTC; nothing for whoever never signed in. */
const suspensionDate = ({ lastSignedInAt, unsuspendedAt }: Use): Date | undefined => {
  if (lastSignedInAt === null) return undefined
  const unused = dateAfter(lastSignedInAt, unusedDays + 1)
  const grace = unsuspendedAt === null ? unused : dateAfter(unsuspendedAt, graceDays + 1)
  return grace > unused ? grace : unused
}

/**
 * The last date (its midnight UTC) on which signing in keeps the account from being suspended; nothing when it is
 * suspended, or was never signed in to.
 */
export const signInBy = (user: Use & Pick<User, 'suspendedAt'>): Date | undefined => {
  const date = suspensionDate(user)
  return date && user.suspendedAt === null ? dateAfter(date, -1) : undefined
}

/** Something that somebody is told once; it belongs to the instant that it counts from. */
export interface Notice {
  readonly kind: `suspension-reminder-${(typeof reminderDays)[number]}` | 'deletion-warning'
  readonly countsFrom: Date
  /** How many days are left, 1 at least. */
  readonly days: number
}

/** Whoever last signed in before this instant may have to be reminded. */
export const reminderBefore = (now: Date): Date => dateAfter(now, Math.max(...reminderDays) - unusedDays)

/**
 * The reminder of a suspension that is due; nothing while there is time. A day on which nobody was reminded is made up
 * for on the next. An account that should be suspended already will be tomorrow.
 */
export const reminderDue = (user: Use, now: Date): Notice | undefined => {
  const date = suspensionDate(user)
  if (!date || user.lastSignedInAt === null) return undefined
  const isGrace = date > dateAfter(user.lastSignedInAt, unusedDays + 1)
  const days = Math.max(daysUntil(date, now), 1)
  const step = reminderDays.find((ahead) => days <= ahead)
  // The end of a suspension was told by mail, with the date.
  if (step === undefined || (isGrace && days > graceDays)) return undefined
  const countsFrom = (isGrace && user.unsuspendedAt) || user.lastSignedInAt
  return { kind: `suspension-reminder-${step}`, countsFrom, days }
}

/** Whoever was last invited before this instant, and never signed in, is deleted. */
export const neverSignedInBefore = (now: Date): Date => dateAfter(now, -neverSignedInDays)

/** Of whoever was last invited before this instant, and never signed in, the inviter is warned. */
export const warningBefore = (now: Date): Date => dateAfter(now, warningDays - neverSignedInDays)

/** The warning that is due to whoever invited somebody who never signed in. */
export const warningOf = (invitedAt: Date, now: Date): Notice => ({
  kind: 'deletion-warning',
  countsFrom: invitedAt,
  days: Math.max(daysUntil(dateAfter(invitedAt, neverSignedInDays + 1), now), 1),
})

/** What is written down for a deletion. */
export const neverSignedInNote = (email: string, invitedAt: Date): string =>
  `${email} was invited on ${longDate(invitedAt)} and never signed in`

const longDate = (date: Date): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: '2-digit',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(date)
