import { no, type Verdict, yes } from '#kernel/verdict.ts'
import type { Actor } from './events.ts'
import type { OrganisationId } from './organisation.ts'
import type { Role, User, UserId } from './user.ts'

/** Somebody who looks after accounts: an operator or Signon itself, or a person by their role. */
export type Administrator =
  | { readonly kind: 'operator' }
  | {
      readonly kind: 'person'
      readonly id: UserId
      readonly role: Role
      readonly organisationId: OrganisationId | null
      /** Of the Government Digital Service. */
      readonly isInGds: boolean
    }
  /** An application, somebody who is not signed in, or who may not sign in any more. */
  | { readonly kind: 'nobody' }

/** Where somebody's organisation lies, seen from the administrator's: the same, anywhere below it, or not there. */
export type Place = 'own' | 'below' | 'elsewhere'

type Roles = readonly Role[]

const superadmins: Roles = ['superadmin']
const admins: Roles = ['superadmin', 'admin']
const managers: Roles = ['superadmin', 'admin', 'super_organisation_admin', 'organisation_admin']
const nobody: Roles = []

/**
 * What people of which role may do (`reference/roles-and-permissions.md` 3). Operators may do everything. Of an action
 * upon a user, whom it may be done to is asked as well (`mayActUpon`).
 */
const rules = {
  'list users': managers,
  'look at a user': managers,
  'read the log of a user': managers,
  'end sessions of a user': managers,
  'change a name': managers,
  'change an email address': managers,
  'suspend a user': managers,
  'unsuspend a user': managers,
  'unlock a user': managers,
  'reset 2-step verification': managers,
  'require 2-step verification': managers,
  'resend an invitation': managers,
  'grant access': managers,
  'remove access': managers,
  'change permissions': managers,
  'look at access': managers,
  'change access of many': managers,
  'invite a user': admins,
  'choose a role': superadmins,
  'change a role': superadmins,
  'change an organisation': admins,
  'exempt from 2-step verification': admins,
  'invite a batch': admins,
  'look at a batch': admins,
  'list organisations': admins,
  'look at an organisation': admins,
  'require 2-step verification of an organisation': superadmins,
  'import organisations': superadmins,
  'change parents of an organisation': superadmins,
  'list applications': superadmins,
  'look at an application': superadmins,
  'create an application': superadmins,
  'change an application': superadmins,
  'retire an application': superadmins,
  'rotate a secret': superadmins,
  'look after permissions': superadmins,
  'list API users': superadmins,
  'look at an API user': superadmins,
  'create an API user': superadmins,
  'change an API user': superadmins,
  'create an API token': superadmins,
  'list API tokens': superadmins,
  'revoke an API token': superadmins,
  'read the security log': superadmins,
  'look after failed jobs': superadmins,
  'look after scheduled jobs': superadmins,
  'reset passwords of many': superadmins,
  'close an organisation': nobody,
  'merge organisations': nobody,
  'create a user': nobody,
  'set a password': nobody,
  'look after unused accounts': nobody,
  'change everybody at once': nobody,
  'clear away what is old': nobody,
  'move applications to another domain': nobody,
  'renew API tokens': nobody,
  'deliver secrets to the cluster': nobody,
  'copy an environment': nobody,
  'seal secrets anew': nobody,
  'read the log': nobody,
} as const satisfies Record<string, Roles>

export type AdministrativeAction = keyof typeof rules

export const administrativeActions = Object.keys(rules) as readonly AdministrativeAction[]

/** May people of this role do that to somebody, or at all? */
export const roleMay = (role: Role, action: AdministrativeAction): boolean =>
  (rules[action] as Roles).includes(role)

/** May this administrator do that at all? Whom they may do it to is `mayActUpon`. */
export const mayAct = (administrator: Administrator, action: AdministrativeAction): Verdict => {
  if (administrator.kind === 'operator') return yes
  if (administrator.kind === 'nobody') return no(`nobody who is known may ${action}`)
  return roleMay(administrator.role, action) ? yes : no(`the role ${administrator.role} may not ${action}`)
}

/** May an actor do that whose rights do not depend on a role: an operator by command, or Signon by schedule? */
export const mayAdminister = (actor: Actor, action: AdministrativeAction): Verdict =>
  mayAct({ kind: actor.kind === 'console' || actor.kind === 'signon' ? 'operator' : 'nobody' }, action)

/** Whom an action is done to, as far as that decides about it. */
export type Subject = Pick<User, 'id' | 'kind' | 'role'>

/** From the widest reach to the narrowest: whoever stands lower is managed by whoever stands higher, or as high. */
const levels = {
  superadmin: 0,
  admin: 1,
  super_organisation_admin: 2,
  organisation_admin: 3,
  normal: 4,
} as const satisfies Record<Role, number>

/** Roles that somebody of this role looks after, in the order in which lists offer them. */
export const managedRoles = (role: Role): readonly Role[] =>
  role === 'normal'
    ? []
    : (Object.keys(levels) as Role[]).filter((other) => levels[other] >= levels[role]).toReversed()

/** Is this user among those whom the administrator sees at all? Whoever is not does not exist for them. */
export const isInReach = (administrator: Administrator, subject: Subject, place: Place): boolean => {
  if (administrator.kind === 'operator') return true
  if (administrator.kind === 'nobody') return false
  if (subject.kind === 'machine') return administrator.role === 'superadmin'
  if (!managedRoles(administrator.role).includes(subject.role)) return false
  if (administrator.role === 'super_organisation_admin') return place !== 'elsewhere'
  return administrator.role !== 'organisation_admin' || place === 'own'
}

/** What people do to themselves they do on their own pages, by the rules of those. */
const alsoToOneself: readonly AdministrativeAction[] = [
  'list users',
  'look at a user',
  'look at access',
  'read the log of a user',
  'grant access',
  'remove access',
  'change permissions',
  'reset passwords of many',
]

/** May this administrator do that to somebody who is in their reach? */
export const mayActUpon = (
  administrator: Administrator,
  action: AdministrativeAction,
  subject: Subject,
): Verdict => {
  const verdict = mayAct(administrator, action)
  if (!verdict.allowed || administrator.kind !== 'person') return verdict
  if (subject.id === administrator.id && !alsoToOneself.includes(action))
    return no(`nobody may ${action} on their own account`)
  if (action === 'exempt from 2-step verification' && !administrator.isInGds)
    return no('only administrators of the Government Digital Service exempt from 2-step verification')
  return yes
}

/** A permission, as far as that decides who may give and take it. */
export interface GivenPermission {
  readonly isSignin: boolean
  /** Administrators of organisations may give and take it. */
  readonly isDelegated: boolean
  /** People may give and take it in pages at all. */
  readonly isGrantable: boolean
}

/**
 * May this administrator give or take this permission of an application? `hasAccess`: they may sign in to it themselves.
 * Of oneself, admins of organisations only take (`reference/roles-and-permissions.md` 3.8 to 3.10).
 */
export const mayGive = (
  administrator: Administrator,
  permission: GivenPermission,
  { hasAccess, isOneself, isTaking }: { hasAccess: boolean; isOneself: boolean; isTaking: boolean },
): Verdict => {
  if (administrator.kind === 'operator') return yes
  if (administrator.kind === 'nobody' || administrator.role === 'normal')
    return no('only administrators change what somebody holds')
  if (!permission.isGrantable) return no('only Signon itself gives and takes this permission')
  if (administrator.role === 'superadmin' || administrator.role === 'admin') return yes
  if (!permission.isDelegated) return no('this permission is not delegated')
  if (!hasAccess) return no('the administrator has no access to the application')
  return isOneself && permission.isSignin && !isTaking ? no('nobody lets themselves in') : yes
}
