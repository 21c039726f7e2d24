import { after, minute } from '#kernel/clock.ts'
import type { OrganisationId } from './organisation.ts'
import { type Role, roleNames, type UserId } from './user.ts'

export type MassResetId = number & { readonly brand: 'MassResetId' }

/** Whose passwords are to be reset: everybody’s who fits all of it. Days are YYYY-MM-DD, in London. */
export interface ResetChoice {
  /** Any role, when there is none. */
  readonly roles: readonly Role[]
  readonly organisation: OrganisationId | null
  /** The organisations below that one, too. */
  readonly withBelow: boolean
  /** Last signed in on this day or later. */
  readonly since?: string | undefined
  /** Last signed in before this day; whoever never did is not meant. */
  readonly before?: string | undefined
  /** Said in so many words, because leaving all the rest out might be a slip. */
  readonly isEverybody: boolean
  /** Whoever begins it, too, who otherwise goes on undisturbed. */
  readonly withOneself: boolean
}

/** Passwords of many people that are reset, or are about to be. */
export interface MassReset {
  readonly id: MassResetId
  /** The person who prepared it; nobody when it was an operator, who has a name instead. */
  readonly begunBy: UserId | null
  readonly operator: string | null
  /** Who was chosen, in words. */
  readonly selection: string
  /** Why; nothing until it has started. */
  readonly reason: string | null
  /** Applications cannot renew their tokens either. */
  readonly endsAuthorizations: boolean
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** Why it ended before everybody's turn had come. */
  readonly stoppedBecause: string | null
}

/** What is wrong with a choice, in words, or nothing. */
export const choiceFault = (choice: ResetChoice): string | undefined => {
  const isNarrowed =
    choice.roles.length > 0 ||
    choice.organisation !== null ||
    choice.since !== undefined ||
    choice.before !== undefined
  if (choice.isEverybody && isNarrowed)
    return 'Choose either everybody, or some by role, organisation or last sign-in'
  if (!choice.isEverybody && !isNarrowed) return 'Choose whose passwords to reset, or everybody’s'
  return undefined
}

/** A choice in words: `Admin, Superadmin; Cabinet Office and all below it; last signed in since 2026-10-01`. */
export const choiceWords = (choice: ResetChoice, organisationName: string | undefined): string => {
  const organisation =
    organisationName !== undefined && `${organisationName}${choice.withBelow ? ' and all below it' : ''}`
  const words = [
    choice.isEverybody && 'everybody',
    choice.roles.map((role) => roleNames[role]).join(', '),
    organisation,
    choice.since !== undefined && `last signed in on ${choice.since} or later`,
    choice.before !== undefined && `last signed in before ${choice.before}`,
    choice.withOneself && 'whoever began it, too',
  ]
  return words.filter(Boolean).join('; ')
}

/** What is wrong with the reason for a reset, or nothing. */
export const resetReasonFault = (typed: string): string | undefined => {
  if (typed.trim() === '') return 'Enter a reason'
  return typed.trim().length > 255 ? 'Reason must be 255 characters or less' : undefined
}

/** More of these mails in a minute would hold up everybody else's, and those who answer questions about them. */
const resetMailsPerMinute = 200

const mailWaits = (place: number): number => Math.floor(place / resetMailsPerMinute) * minute

/** When the mail of the person at this place in the line is sent, and not before. */
export const resetMailAt = (from: Date, place: number): Date => after(from, mailWaits(place))

/**
 * From when mails are counted once a reset goes on with the person at this place: theirs is sent at once, and not after
 * the time that those before them took. It is never earlier than before, because mails of theirs may still wait.
 */
export const mailsFromThenOn = (goesOnAt: Date, place: number, before: Date): Date => {
  const from = after(goesOnAt, -mailWaits(place))
  return from > before ? from : before
}

/** How many minutes it takes at least until so many people have their mails. */
export const minutesOfMails = (people: number): number => Math.ceil(people / resetMailsPerMinute)
