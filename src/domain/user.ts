import { countOf } from '#kernel/count.ts'
import type { OrganisationId } from './organisation.ts'

export type UserId = number & { readonly brand: 'UserId' }
/** A user's public, permanent name: what applications and events know them by. */
export type UserUid = string & { readonly brand: 'UserUid' }

/** From the widest reach to the narrowest (`reference/roles-and-permissions.md` 1.1). */
export const roles = [
  'superadmin',
  'admin',
  'super_organisation_admin',
  'organisation_admin',
  'normal',
] as const
export type Role = (typeof roles)[number]

export const roleNames = {
  superadmin: 'Superadmin',
  admin: 'Admin',
  super_organisation_admin: 'Super organisation admin',
  organisation_admin: 'Organisation admin',
  normal: 'Normal',
} as const satisfies Record<Role, string>

/** People sign in; machines (API users) present tokens. */
export type UserKind = 'person' | 'machine'

export interface User {
  readonly id: UserId
  readonly uid: UserUid
  readonly kind: UserKind
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationId: OrganisationId | null
  readonly suspendedAt: Date | null
  readonly suspensionReason: string | null
  readonly lockedAt: Date | null
  /** When the last suspension was lifted, if ever. */
  readonly unsuspendedAt: Date | null
  /** When the person last signed in, with everything that the account asks for. */
  readonly lastSignedInAt: Date | null
  /** When the last invitation was sent, if ever. */
  readonly invitedAt: Date | null
  /** The person who sent it; nobody when it was an operator, or somebody whose account is gone. */
  readonly invitedBy: UserId | null
  /** When the person who was invited set a password. */
  readonly invitationAcceptedAt: Date | null
}

/** A user, named by the address as it was typed, or by the id of somebody of that kind. */
export type Whom = { readonly email: string } | { readonly id: UserId; readonly kind: UserKind }

export type UserStatus = 'active' | 'invited' | 'locked' | 'suspended'

/** A role that looks after one organisation, and so needs one. */
const needsOrganisation = (role: Role): boolean =>
  role === 'super_organisation_admin' || role === 'organisation_admin'

/** What is wrong with somebody of this role who belongs to an organisation, or to none; nothing mostly. */
export const organisationFault = (role: Role, hasOrganisation: boolean): string | undefined =>
  needsOrganisation(role) && !hasOrganisation
    ? `Organisation can’t be ‘None’ for ${roleNames[role]}`
    : undefined

/** An address as it is stored and compared: trimmed, lower case, with a straight apostrophe. */
export const normaliseEmail = (typed: string): string => typed.trim().toLowerCase().replaceAll('’', "'")

const emailShape = /^[^@\s]+@(?:[a-z0-9-]+\.)+[a-z0-9]+$/
const personalMail = /\b(?:aol|btinternet|gmail|hotmail|outlook|yahoo)\b/
const ascii = /^[ -~]*$/

/** What is wrong with a normalised address, in words for its owner, or nothing (`reference/accounts-and-sign-in.md` 1.2). */
export const emailFault = (email: string): string | undefined => {
  if (email === '') return 'Enter an email address'
  if (!ascii.test(email)) return 'Email can’t contain non-ASCII characters'
  if (email.length > 255 || !emailShape.test(email))
    return 'Enter an email address in the correct format, like name@example.gov.uk'
  if (personalMail.test(email.slice(email.lastIndexOf('@'))))
    return 'Email not accepted. Please enter a workplace email to continue.'
  return undefined
}

// Line ends and other controls, and what turns the direction of the text around it: lists, logs and mails show names.
const unruly = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const invisible = /[\s\p{Default_Ignorable_Code_Point}]/gu

/** What is wrong with a person's or machine's name, or nothing. */
export const nameFault = (name: string): string | undefined => {
  if (name.replaceAll(invisible, '') === '') return 'Enter a name'
  if (unruly.test(name.trim())) return 'Name must be one line of text, without hidden characters'
  if (name.trim().length > 255) return 'Name must be 255 characters or less'
  return undefined
}

/** Who a new person is to be. */
export interface NewPerson {
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly organisationSlug?: string | undefined
}

/** All that is wrong with a new person, in words. Whether the organisation and the address are free to take is not asked. */
export const newPersonFaults = (person: NewPerson): readonly (string | undefined)[] => [
  nameFault(person.name),
  emailFault(normaliseEmail(person.email)),
  organisationFault(person.role, person.organisationSlug !== undefined),
]

/** `1 user`, `4,812 users`. */
export const usersInWords = (count: number): string => countOf(count, 'user', 'users')
