import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Administrator,
  isInReach,
  managedRoles,
  mayAct,
  mayActUpon,
  mayAdminister,
  mayGive,
  type Place,
  roleMay,
} from './administration.policy.ts'
import type { OrganisationId } from './organisation.ts'
import { type Role, roles, type UserId, type UserKind } from './user.ts'

const of = (role: Role, { isInGds = false } = {}): Administrator => ({
  kind: 'person',
  id: 1 as UserId,
  role,
  organisationId: 1 as OrganisationId,
  isInGds,
})
const user = (role: Role, { id = 2, kind = 'person' as UserKind } = {}) => ({ id: id as UserId, kind, role })

describe('who may administer', () => {
  it('lets operators and Signon itself', () => {
    equal(mayAdminister({ kind: 'console', name: 'ada' }, 'suspend a user').allowed, true)
    equal(mayAdminister({ kind: 'signon' }, 'set a password').allowed, true)
  })

  it('refuses applications and nobody, and says why', () => {
    deepEqual(mayAdminister({ kind: 'application' }, 'suspend a user'), {
      allowed: false,
      reason: 'nobody who is known may suspend a user',
    })
    deepEqual(mayAct(of('normal'), 'suspend a user'), {
      allowed: false,
      reason: 'the role normal may not suspend a user',
    })
  })

  it('lets no person at all set a password', () => {
    for (const role of roles) equal(mayAct(of(role), 'set a password').allowed, false, role)
  })
})

// reference/roles-and-permissions.md 3: one letter for each role, from superadmin to normal.
describe('what each role may do', () => {
  const table = {
    'list users': 'yyyyn',
    'look at a user': 'yyyyn',
    'suspend a user': 'yyyyn',
    'reset 2-step verification': 'yyyyn',
    'grant access': 'yyyyn',
    'invite a user': 'yynnn',
    'choose a role': 'ynnnn',
    'change a role': 'ynnnn',
    'change an organisation': 'yynnn',
    'exempt from 2-step verification': 'yynnn',
    'invite a batch': 'yynnn',
    'list organisations': 'yynnn',
    'require 2-step verification of an organisation': 'ynnnn',
    'change parents of an organisation': 'ynnnn',
    'close an organisation': 'nnnnn',
    'merge organisations': 'nnnnn',
    'list applications': 'ynnnn',
    'look after permissions': 'ynnnn',
    'list API users': 'ynnnn',
    'create an API token': 'ynnnn',
    'read the security log': 'ynnnn',
  } as const
  for (const [action, row] of Object.entries(table))
    it(action, () =>
      equal(roles.map((role) => (roleMay(role, action as keyof typeof table) ? 'y' : 'n')).join(''), row),
    )
})

// reference/roles-and-permissions.md 1.2 and 3.1, cell by cell: targets from superadmin to normal.
describe('whom each role reaches', () => {
  const table: Record<Role, Record<Place, string>> = {
    superadmin: { own: 'yyyyy', below: 'yyyyy', elsewhere: 'yyyyy' },
    admin: { own: 'nyyyy', below: 'nyyyy', elsewhere: 'nyyyy' },
    super_organisation_admin: { own: 'nnyyy', below: 'nnyyy', elsewhere: 'nnnnn' },
    organisation_admin: { own: 'nnnyy', below: 'nnnnn', elsewhere: 'nnnnn' },
    normal: { own: 'nnnnn', below: 'nnnnn', elsewhere: 'nnnnn' },
  }
  for (const role of roles)
    for (const place of ['own', 'below', 'elsewhere'] as const)
      it(`${role}, ${place}`, () =>
        equal(
          roles.map((target) => (isInReach(of(role), user(target), place) ? 'y' : 'n')).join(''),
          table[role][place],
        ))

  it('superadmins alone reach API users (observation 1)', () => {
    for (const role of roles)
      equal(isInReach(of(role), user('normal', { kind: 'machine' }), 'own'), role === 'superadmin', role)
  })

  it('lists the roles that somebody manages from the lowest to their own', () => {
    deepEqual(managedRoles('super_organisation_admin'), [
      'normal',
      'organisation_admin',
      'super_organisation_admin',
    ])
    deepEqual(managedRoles('normal'), [])
  })
})

describe('what is done to a user', () => {
  it('is not done to oneself on the pages for others (observation 3)', () => {
    const own = user('superadmin', { id: 1 })
    for (const action of ['suspend a user', 'change an email address', 'reset 2-step verification'] as const)
      equal(mayActUpon(of('superadmin'), action, own).allowed, false, action)
    equal(mayActUpon(of('superadmin'), 'grant access', own).allowed, true)
  })

  it('is an exemption only where the administrator is of the Government Digital Service', () => {
    const action = 'exempt from 2-step verification'
    equal(mayActUpon(of('superadmin'), action, user('normal')).allowed, false)
    equal(mayActUpon(of('admin', { isInGds: true }), action, user('normal')).allowed, true)
    equal(mayActUpon(of('organisation_admin', { isInGds: true }), action, user('normal')).allowed, false)
  })
})

// reference/roles-and-permissions.md 3.8 to 3.10.
describe('who gives and takes a permission', () => {
  const signin = { isSignin: true, isDelegated: true, isGrantable: true }
  const plain = { isSignin: false, isDelegated: false, isGrantable: true }
  const toOther = { hasAccess: true, isOneself: false, isTaking: false }

  it('admins every one that pages show, whether or not they use the application', () => {
    for (const role of ['superadmin', 'admin'] as const)
      for (const permission of [signin, plain])
        equal(mayGive(of(role), permission, { ...toOther, hasAccess: false }).allowed, true)
  })

  it('admins of organisations those that are delegated, of applications that they use', () => {
    const manager = of('organisation_admin')
    equal(mayGive(manager, signin, toOther).allowed, true)
    equal(mayGive(manager, plain, toOther).allowed, false)
    equal(mayGive(manager, signin, { ...toOther, hasAccess: false }).allowed, false)
  })

  it('nobody one that is hidden, and no normal person any', () => {
    equal(mayGive(of('superadmin'), { ...plain, isGrantable: false }, toOther).allowed, false)
    equal(mayGive(of('normal'), signin, toOther).allowed, false)
  })

  it('to oneself: an admin of an organisation leaves an application, and does not come back', () => {
    const own = { hasAccess: true, isOneself: true }
    equal(mayGive(of('organisation_admin'), signin, { ...own, isTaking: true }).allowed, true)
    equal(mayGive(of('organisation_admin'), signin, { ...own, isTaking: false }).allowed, false)
    equal(mayGive(of('admin'), signin, { ...own, hasAccess: false, isTaking: false }).allowed, true)
  })
})
