import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeOrganisation } from './change-organisation.ts'
import { changeRole } from './change-role.ts'

const test = await startSignon()
const { signon } = test
const office = await test.organisation('Cabinet Office')
const treasury = await test.organisation('HM Treasury')
const closed = await test.organisation('Board of Trade', { isClosed: true })
await test.rows(`update organisations set abbreviation = 'HMT' where id = $1`, [treasury])
const actor = await test.user('Abe', { role: 'admin', twoStep: true })
const abe = await test.signedIn(actor)

const organisationOf = async ({ id }: User) => (await signon.single.users.seek(id))?.organisationId
const pathOf = ({ id }: User) => `/users/${id}/organisation/edit`
const field = 'user[organisation_id]'

describe('changing the organisation of somebody', () => {
  it('is recorded by names, pushed, and said; None is a choice', async () => {
    const ada = await test.user('Ada', { organisationId: office })
    const before = await test.jobs()
    const { status, location } = await abe.post(pathOf(ada), { [field]: String(treasury) })
    deepEqual([status, location], [303, `/users/${ada.id}/edit`])
    match((await abe.get(location)).text, /Updated user ada@example\.gov\.uk successfully/)
    equal(await organisationOf(ada), treasury)
    await abe.post(pathOf(ada), { [field]: 'none' })
    equal(await organisationOf(ada), null)
    deepEqual(
      await test.rows('select number, note, actor_id from events where about_uid = $1 order by id', [
        ada.uid,
      ]),
      [
        { number: 46, note: 'from Cabinet Office to HM Treasury', actor_id: actor.id },
        { number: 46, note: 'from HM Treasury to None', actor_id: actor.id },
      ],
    )
    deepEqual((await test.jobs()).slice(before.length), ['announce-user', 'announce-user'])
  })

  it('offers what is open, by name with abbreviation, and the present one although it is closed', async () => {
    const options = (text: string) =>
      [...text.matchAll(/<option value="(\w+)"( selected)?>([^<]*)</g)].map(
        ([, , selected, name]) => `${name}${selected ?? ''}`,
      )
    const ben = await test.user('Ben', { organisationId: office })
    deepEqual(options((await abe.get(pathOf(ben))).text), [
      'None',
      'Cabinet Office selected',
      'HM Treasury - HMT',
    ])
    const cat = await test.user('Cat', { organisationId: closed })
    const { text } = await abe.get(pathOf(cat))
    deepEqual(options(text), [
      'None',
      'Board of Trade (closed) selected',
      'Cabinet Office',
      'HM Treasury - HMT',
    ])
    equal((await abe.post(pathOf(cat), { [field]: String(closed) })).status, 303)
    deepEqual(await test.events(cat.uid), [])
  })

  it('is refused for one that is closed, unknown, or no choice at all', async () => {
    const dan = await test.user('Dan')
    for (const typed of [
      '',
      String(closed),
      '999999',
      '0',
      '-1',
      'None',
      '1e9',
      '99999999999',
      'x'.repeat(50_000),
    ]) {
      const { status, text } = await abe.post(pathOf(dan), { [field]: typed })
      equal(status, 422, typed)
      match(text, /Choose an organisation from the list/)
    }
    equal((await abe.post(pathOf(dan), {})).status, 422)
    equal(
      (
        await abe.post(pathOf(dan), [
          [field, String(office)],
          [field, String(office)],
        ])
      ).status,
      422,
    )
    deepEqual([await organisationOf(dan), await test.events(dan.uid)], [null, []])
  })

  it('is never None for those who look after one (roles 8, case 12)', async () => {
    for (const [role, name] of [
      ['organisation_admin', 'Organisation admin'],
      ['super_organisation_admin', 'Super organisation admin'],
    ] as const) {
      const eve = await test.user(`Eve ${role}`, { role, organisationId: office })
      const { status, text } = await abe.post(pathOf(eve), { [field]: 'none' })
      equal(status, 422)
      match(text, new RegExp(`Organisation can’t be ‘None’ for ${name}`))
      equal(await organisationOf(eve), office)
    }
  })

  it('is done by admins to nobody whom they could not change otherwise (observation 2)', async () => {
    const boss = await test.user('Boss', { role: 'superadmin', organisationId: office })
    equal((await abe.get(pathOf(boss))).status, 404)
    equal(
      (await abe.post(pathOf(boss), { [field]: String(treasury), was: String(office) }, '/account')).status,
      404,
    )
    deepEqual([await organisationOf(boss), await test.events(boss.uid)], [office, []])
  })

  it('tells the second of two who had the page open, and the first one’s change stays', async () => {
    const fay = await test.user('Fay')
    const token = /name="csrf_token" value="([^"]+)"/.exec((await abe.get(pathOf(fay))).text)?.[1] ?? ''
    await changeOrganisation(signon, operator, { email: fay.email, organisationId: office })
    const { status, text } = await abe.send(pathOf(fay), {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, was: 'none', [field]: String(treasury) }),
    })
    equal(status, 422)
    match(text, /Somebody has changed the organisation to Cabinet Office since you opened this page/)
    match(text, new RegExp(`<option value="${treasury}" selected>`))
    match(text, new RegExp(`name="was" value="${office}"`))
    equal(await organisationOf(fay), office)
  })

  it('at the same moment is done once', async () => {
    const gil = await test.user('Gil')
    const outcomes = await Promise.allSettled(
      [office, treasury].map((organisationId) =>
        changeOrganisation(signon, operator, { email: gil.email, organisationId, was: null }),
      ),
    )
    deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    deepEqual(await test.events(gil.uid), [46])
  })

  it('never leaves somebody without one who is made an organisation admin in the same moment', async () => {
    for (let round = 0; round < 4; round += 1) {
      const hal = await test.user(`Hal ${round}`, { organisationId: office })
      const outcomes = await Promise.allSettled([
        changeOrganisation(signon, operator, { email: hal.email, organisationId: null }),
        changeRole(signon, operator, { email: hal.email, role: 'organisation_admin' }),
      ])
      deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      const refused = outcomes.find((outcome) => outcome.status === 'rejected')
      equal(refused?.reason.code, 'invalid')
    }
  })

  it('is refused for API users, which belong to none', async () => {
    const { user } = await test.machine('Robot', await test.application('Imports'))
    await rejects(changeOrganisation(signon, operator, { email: user.email, organisationId: office }), {
      code: 'conflict',
    })
  })
})
