import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gdsContentId } from '#domain/organisation.ts'
import type { Role, User } from '#domain/user.ts'
import { startSignon } from '#test/signon.ts'
import { paths, pathTo } from '#web/paths.ts'

const test = await startSignon()

const department = await test.organisation('Department')
const agency = await test.organisation('Agency', { parents: [department] })
const elsewhere = await test.organisation('Elsewhere')
const gds = await test.organisation('GDS', { contentId: gdsContentId })

const actors = {
  superadmin: await test.user('Superadmin', { role: 'superadmin', twoStep: true }),
  admin: await test.user('Admin', { role: 'admin', twoStep: true }),
  gdsAdmin: await test.user('GDS admin', { role: 'admin', twoStep: true, organisationId: gds }),
  super_organisation_admin: await test.user('Super', {
    role: 'super_organisation_admin',
    twoStep: true,
    organisationId: department,
  }),
  organisation_admin: await test.user('Organisational', {
    role: 'organisation_admin',
    twoStep: true,
    organisationId: department,
  }),
  normal: await test.user('Normal', { organisationId: department }),
} as const

const target = (name: string, role: Role, organisationId?: typeof gds) =>
  test.user(name, { role, ...(organisationId && { organisationId }) })
const machine = await test.machine('Robot', await test.application('Imports'))
/** Whom it is tried upon, in the order of the letters below. */
const targets: readonly User[] = [
  await target('A superadmin', 'superadmin'),
  await target('An admin', 'admin'),
  await target('A chief here', 'super_organisation_admin', department),
  await target('Somebody here', 'normal', department),
  await target('Somebody below', 'normal', agency),
  await target('Somebody elsewhere', 'normal', elsewhere),
  await target('Somebody nowhere', 'normal'),
  machine.user,
]

/** What each may do to each of the targets: `y`es, `4`04 as if they were not there, `f`orbidden. */
const reach: Readonly<Record<keyof typeof actors, string>> = {
  superadmin: 'yyyyyyy4',
  admin: '4yyyyyy4',
  gdsAdmin: '4yyyyyy4',
  super_organisation_admin: '44yyy444',
  organisation_admin: '444y4444',
  normal: 'ffffffff',
}
const exemptReach: typeof reach = {
  superadmin: 'fffffff4',
  admin: '4ffffff4',
  gdsAdmin: '4yyyyyy4',
  super_organisation_admin: 'ffffffff',
  organisation_admin: 'ffffffff',
  normal: 'ffffffff',
}

/** Forms that would do something, if they were allowed to. */
const forms: readonly (readonly [string, Readonly<Record<string, string>>, typeof reach])[] = [
  [paths.userSuspension, { 'user[suspended]': '1', 'user[reason_for_suspension]': 'x' }, reach],
  [paths.userSuspension, { 'user[suspended]': '0' }, reach],
  [paths.userUnlock, {}, reach],
  [paths.userTwoStepReset, {}, reach],
  [paths.userTwoStepMandate, {}, reach],
  [paths.userInvitationResend, {}, reach],
  [paths.userTwoStepExemption, { 'exemption[end]': '1' }, exemptReach],
]

const letterOf = (status: number): string => ({ 403: 'f', 404: '4' })[status] ?? 'y'

describe('what administrators do for the security of an account', () => {
  for (const [path, , expected] of forms.filter(
    ([path], place) => place === 0 || path !== forms[place - 1]?.[0],
  ))
    it(`is shown to those only whose reach it is in: ${path}`, async () => {
      for (const [who, actor] of Object.entries(actors)) {
        const browser = await test.signedIn(actor)
        const answers = await Promise.all(targets.map(({ id }) => browser.get(pathTo(path, { id }))))
        equal(
          answers.map(({ status }) => letterOf(status)).join(''),
          expected[who as keyof typeof actors],
          who,
        )
      }
    })

  for (const [path, fields, expected] of forms)
    it(`is refused to everybody else who sends the form: ${path} ${Object.values(fields).join(' ')}`, async () => {
      const before = await test.events()
      for (const [who, actor] of Object.entries(actors)) {
        const browser = await test.signedIn(actor)
        const letters = [...expected[who as keyof typeof actors]]
        for (const [place, { id }] of targets.entries()) {
          if (letters[place] === 'y') continue
          const { status } = await browser.post(pathTo(path, { id }), fields, '/')
          equal(letterOf(status), letters[place], `${who} ${place}`)
        }
      }
      deepEqual(await test.events(), before)
      deepEqual(await test.rows('select from users where suspended_at is not null'), [])
    })

  it('is nothing that people do to themselves here', async () => {
    const before = await test.events()
    for (const actor of Object.values(actors)) {
      const browser = await test.signedIn(actor)
      for (const [path, fields] of forms) {
        equal((await browser.get(pathTo(path, { id: actor.id }))).status, 403, `${actor.name} ${path}`)
        equal((await browser.post(pathTo(path, { id: actor.id }), fields, '/')).status, 403, path)
      }
    }
    deepEqual(await test.events(), before)
  })

  it('answers for somebody out of reach as for nobody at all', async () => {
    const browser = await test.signedIn(actors.organisation_admin)
    const plain = (text: string): string => text.replaceAll(/[\da-f]{8}-[\da-f-]{27}|value="[^"]*"/g, '')
    for (const [path, fields] of forms.slice(0, -1)) {
      const [hidden, missing] = [targets[5]?.id ?? 0, 999_999]
      const [one, other] = [
        await browser.get(pathTo(path, { id: hidden })),
        await browser.get(pathTo(path, { id: missing })),
      ]
      deepEqual([one.status, plain(one.text)], [other.status, plain(other.text)])
      const posted = await browser.post(pathTo(path, { id: hidden }), fields, '/')
      equal(plain(posted.text), plain(one.text))
    }
  })

  it('needs a number that is one, a session, and the token of its form', async () => {
    const browser = await test.signedIn(actors.superadmin)
    const somebody = targets[6]?.id ?? 0
    for (const [path, fields] of forms) {
      if (path === paths.userTwoStepExemption) continue
      for (const id of ['0', '-1', '1e3', '9999999999', 'x', '1%20', `${somebody}x`])
        equal((await browser.get(path.replace(':id', id))).status, 404, `${path} ${id}`)
      const body = new URLSearchParams(fields)
      equal((await browser.send(pathTo(path, { id: somebody }), { method: 'POST', body })).status, 422, path)
      equal((await test.browser().get(pathTo(path, { id: somebody }))).location, '/users/sign_in')
      const stranger = await test.browser().post(pathTo(path, { id: somebody }), fields, '/users/sign_in')
      equal(stranger.location, '/users/sign_in')
    }
  })
})
