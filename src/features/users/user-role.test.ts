import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Role, User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeRole } from './change-role.ts'
import { suspendUser } from './suspend-user.ts'

const test = await startSignon()
const { signon } = test
const actor = await test.user('Sue', { role: 'superadmin', twoStep: true })
const sue = await test.signedIn(actor)
const organisationId = await test.organisation('Cabinet Office')

const roleOf = async ({ id }: Pick<User, 'id'>) => (await signon.single.users.seek(id))?.role
const pathOf = ({ id }: User) => `/users/${id}/role/edit`
const person = ({ id }: User) => ({ kind: 'person', userId: id }) as const

describe('changing the role of somebody', () => {
  it('observation 18 of accounts: is recorded, pushed, mailed, and holds from their next request on, without ending their session', async () => {
    const ada = await test.user('Ada', { role: 'admin', twoStep: true })
    const hers = await test.signedIn(ada)
    equal((await hers.get(`/users/${actor.id}/name/edit`)).status, 404)
    const before = await test.jobs()
    const { status, location } = await sue.post(pathOf(ada), { 'user[role]': 'normal' })
    deepEqual([status, location], [303, `/users/${ada.id}/edit`])
    match((await sue.get(location)).text, /Updated user ada@example\.gov\.uk successfully/)
    deepEqual((await test.jobs()).slice(before.length), ['announce-user', 'send-mail'])
    const [event] = await test.rows('select number, note, actor_id from events where about_uid = $1', [
      ada.uid,
    ])
    deepEqual(event, { number: 33, note: 'from admin to normal', actor_id: actor.id })
    const [letter] = await test.mails()
    deepEqual([letter?.to, letter?.subject], [ada.email, '[Test] Your role has changed'])
    equal((await hers.get('/')).status, 200)
    equal((await hers.get(`/users/${actor.id}/name/edit`)).status, 403)
  })

  it('asks for 2-step verification by itself from the next request on (observation 13)', async () => {
    const ben = await test.user('Ben')
    const his = await test.signedIn(ben)
    equal((await his.get('/')).status, 200)
    await sue.post(pathOf(ben), { 'user[role]': 'admin' })
    equal((await his.get('/')).location, '/account/two_step_verification/prompt')
    match((await test.mails())[0]?.text ?? '', /Everybody with this role must use 2-step verification/)
    await sue.post(pathOf(ben), { 'user[role]': 'normal' })
    equal((await his.get('/')).status, 200)
    equal((await signon.single.twoStep.find(ben.id)).isRequired, false)
    equal(/2-step/.test((await test.mails())[0]?.text ?? ''), false)
  })

  it('offers every role in the order of lists, the present one chosen', async () => {
    const cat = await test.user('Cat', { role: 'admin' })
    const { text } = await sue.get(pathOf(cat))
    deepEqual(
      [...text.matchAll(/<option value="(\w+)"( selected)?>/g)].map(
        ([, value, selected]) => `${value}${selected ?? ''}`,
      ),
      ['normal', 'organisation_admin', 'super_organisation_admin', 'admin selected', 'superadmin'],
    )
  })

  it('is refused for what is no role, and for a role that needs an organisation (roles 8, case 11)', async () => {
    const dan = await test.user('Dan')
    for (const typed of ['', 'root', 'Superadmin', '__proto__', 'constructor', 'x'.repeat(50_000)]) {
      const { status, text } = await sue.post(pathOf(dan), { 'user[role]': typed })
      equal(status, 422)
      match(text, /Choose a role from the list/)
    }
    equal((await sue.post(pathOf(dan), {})).status, 422)
    equal(
      (
        await sue.post(pathOf(dan), [
          ['user[role]', 'admin'],
          ['user[role]', 'admin'],
        ])
      ).status,
      422,
    )
    for (const role of ['organisation_admin', 'super_organisation_admin'] as const) {
      const { status, text } = await sue.post(pathOf(dan), { 'user[role]': role })
      equal(status, 422)
      match(text, /Organisation can’t be ‘None’ for (Super o|O)rganisation admin/)
      match(text, new RegExp(`<option value="${role}" selected>`))
    }
    deepEqual([await roleOf(dan), await test.events(dan.uid)], ['normal', []])
  })

  it('is refused for somebody who is exempt, in words that say what to do (observation 11) (roles 8, case 10)', async () => {
    const eve = await test.user('Eve')
    await signon.single.twoStep.exempt(eve.id, { reason: 'no phone', until: '2027-01-01' }, null)
    const { text } = await sue.get(pathOf(eve))
    const words =
      /Eve is exempt from 2-step verification, which every role but Normal requires\. Turn on 2-step verification for them first: that ends the exemption\./
    match(text, words)
    equal(text.includes('<select'), false)
    const sent = await sue.post(pathOf(eve), { 'user[role]': 'admin', was: 'normal' })
    equal(sent.status, 422)
    match(sent.text, words)
    await rejects(changeRole(signon, operator, { email: eve.email, role: 'admin' }), {
      code: 'conflict',
      message: words,
    })
    deepEqual([await roleOf(eve), await test.events(eve.uid)], ['normal', []])
  })

  it('tells the second of two who had the page open, and the first one’s change stays', async () => {
    const fay = await test.user('Fay', { organisationId })
    const token = /name="csrf_token" value="([^"]+)"/.exec((await sue.get(pathOf(fay))).text)?.[1] ?? ''
    await changeRole(signon, operator, { email: fay.email, role: 'organisation_admin' })
    const { status, text } = await sue.send(pathOf(fay), {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, was: 'normal', 'user[role]': 'admin' }),
    })
    equal(status, 422)
    match(text, /Somebody has changed the role to Organisation admin since you opened this page/)
    equal(await roleOf(fay), 'organisation_admin')
    equal((await sue.post(pathOf(fay), { 'user[role]': 'admin' })).status, 303)
    equal(await roleOf(fay), 'admin')
    await test.mails()
  })

  it('to the same role changes nothing, and leaves no trace', async () => {
    const gil = await test.user('Gil')
    equal((await sue.post(pathOf(gil), { 'user[role]': 'normal' })).status, 303)
    deepEqual(await test.events(gil.uid), [])
  })

  it('is refused for API users, which have none', async () => {
    const { user } = await test.machine('Robot', await test.application('Imports'))
    await rejects(changeRole(signon, operator, { email: user.email, role: 'admin' }), { code: 'conflict' })
  })

  it('is refused to every other role, whoever sends it', async () => {
    const hal = await test.user('Hal', { organisationId })
    for (const role of ['admin', 'super_organisation_admin', 'organisation_admin', 'normal'] as const) {
      const other = await test.user(`Other ${role}`, { role, organisationId, twoStep: true })
      await rejects(changeRole(signon, person(other), { id: hal.id, kind: 'person', role: 'superadmin' }), {
        code: 'forbidden',
      })
      await rejects(changeRole(signon, person(other), { id: other.id, kind: 'person', role: 'superadmin' }), {
        code: 'forbidden',
      })
    }
    equal(await roleOf(hal), 'normal')
  })
})

describe('the last active superadmin', () => {
  const allOf = async (role: Role) =>
    (await test.rows<{ id: number }>('select id from users where role = $1 and suspended_at is null', [role]))
      .length

  /** Everybody else who looks after Signon is a normal user from now on. */
  const only = async (...kept: readonly User[]) =>
    test.rows(`update users set role = 'normal' where role = 'superadmin' and id <> all ($1)`, [
      kept.map(({ id }) => id),
    ])

  it('is left when two demote each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, two] = [
        await test.user(`One ${round}`, { role: 'superadmin' }),
        await test.user(`Two ${round}`, { role: 'superadmin' }),
      ]
      await only(one, two)
      const outcomes = await Promise.allSettled([
        changeRole(signon, person(one), { id: two.id, kind: 'person', role: 'normal' }),
        changeRole(signon, person(two), { id: one.id, kind: 'person', role: 'normal' }),
      ])
      deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      equal(await allOf('superadmin'), 1)
    }
  })

  it('is left when many demote each other in a circle, and nobody does so who is demoted already', async () => {
    const all = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) => test.user(`Circle ${name}`, { role: 'superadmin' })),
    )
    await only(...all)
    const outcomes = await Promise.allSettled(
      all.map((one, index) => {
        const next = all[(index + 1) % all.length] ?? one
        return changeRole(signon, person(one), { id: next.id, kind: 'person', role: 'normal' })
      }),
    )
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length
    equal(await allOf('superadmin'), all.length - done)
    const demotions = await test.rows<{ actor: number; demoted: number }>(
      `select e.actor_id as actor, u.id as demoted from events e join users u on u.uid = e.about_uid
       where e.number = 33 and e.actor_id = any ($1) order by e.id`,
      [all.map(({ id }) => id)],
    )
    const gone = new Set<number>()
    for (const { actor: by, demoted } of demotions) {
      equal(gone.has(by), false)
      gone.add(demoted)
    }
    equal(demotions.length, done)
  })

  it('is left when one is suspended while the other is demoted', async () => {
    const [one, two] = [
      await test.user('Suspended', { role: 'superadmin' }),
      await test.user('Demoted', { role: 'superadmin' }),
    ]
    await only(one, two)
    const outcomes = await Promise.allSettled([
      suspendUser(signon, operator, { email: one.email, reason: 'left' }),
      changeRole(signon, operator, { email: two.email, role: 'normal' }),
    ])
    deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    equal(await allOf('superadmin'), 1)
  })

  it('is not somebody who is suspended or was only invited: they can be demoted', async () => {
    const [last, idle, invited] = [
      await test.user('Last', { role: 'superadmin' }),
      await test.user('Idle', { role: 'superadmin' }),
      await test.user('Only invited', { role: 'superadmin', invitedBy: 'operator' }),
    ]
    await only(last, idle, invited)
    await suspendUser(signon, operator, { email: idle.email, reason: 'left' })
    await rejects(changeRole(signon, operator, { email: last.email, role: 'admin' }), {
      code: 'conflict',
      message: /Last is the last active superadmin/,
    })
    equal((await changeRole(signon, operator, { email: idle.email, role: 'normal' })).role, 'normal')
    equal((await changeRole(signon, operator, { email: invited.email, role: 'normal' })).role, 'normal')
  })
})
