import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Role, roleNames, roles, type User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeOwnOrganisation } from './change-organisation.ts'
import { changeOwnRole } from './change-own-role.ts'
import { changeRole } from './change-role.ts'

const test = await startSignon()
const { signon } = test
const office = await test.organisation('Cabinet <Office>')
const treasury = await test.organisation('HM Treasury')
const userOf = async ({ id }: User) => signon.single.users.seek(id)
const someone = async (name: string, role: Role, organisationId = office) => {
  const user = await test.user(name, { role, organisationId, twoStep: true })
  return { user, browser: await test.signedIn(user) }
}

describe('one’s own role', () => {
  it('is seen by everybody, and changed by superadmins only', async () => {
    for (const role of roles) {
      const { user, browser } = await someone(`Role ${role}`, role)
      const { status, text } = await browser.get('/account/role/edit')
      equal(status, 200)
      match(text, role === 'superadmin' ? /<h1[^>]*>Change your role</ : /<h1[^>]*>View your role</)
      match(text, new RegExp(roleNames[role]))
      equal(text.includes('<select'), role === 'superadmin')
      if (role === 'superadmin') continue
      const sent = await browser.post(
        '/account/role/edit',
        { 'user[role]': 'superadmin', was: role },
        '/account',
      )
      deepEqual([sent.status, (await userOf(user))?.role], [403, role])
      await rejects(
        changeOwnRole(signon, { kind: 'person', userId: user.id }, user.id, { role: 'superadmin' }),
        {
          code: 'forbidden',
        },
      )
    }
  })

  it('is another one from the next page on', async () => {
    const { user, browser } = await someone('Ada', 'superadmin')
    const { status, location } = await browser.post('/account/role/edit', { 'user[role]': 'admin' })
    deepEqual([status, location], [303, '/account'])
    const { text } = await browser.get('/account')
    match(text, /Your role is now Admin/)
    equal(/href="\/api_users"/.test(text), false)
    deepEqual(await test.rows('select number, note, actor_id from events where about_uid = $1', [user.uid]), [
      { number: 33, note: 'from superadmin to admin', actor_id: user.id },
    ])
    match((await browser.get('/account/role/edit')).text, /View your role/)
  })

  it('of the last superadmin stays, and the page shows the rights that hold (observation 12)', async () => {
    await test.rows(`update users set role = 'normal' where role = 'superadmin'`)
    const { user, browser } = await someone('Last', 'superadmin')
    const { status, text } = await browser.post('/account/role/edit', { 'user[role]': 'normal' })
    equal(status, 422)
    match(text, /<title>\s*Error: Change your role/)
    match(text, /Last is the last active superadmin\. Make somebody else a superadmin first/)
    match(text, /Now: Superadmin/)
    match(text, /href="\/api_users"/)
    match(text, /name="was" value="superadmin"/)
    deepEqual([(await userOf(user))?.role, await test.events(user.uid)], ['superadmin', []])
  })

  it('leaves one superadmin when all give theirs up at the same moment', async () => {
    await test.rows(`update users set role = 'normal' where role = 'superadmin'`)
    const all = await Promise.all(['A', 'B', 'C'].map((name) => someone(`Quits ${name}`, 'superadmin')))
    const sent = await Promise.all(
      all.map(({ browser }) => browser.post('/account/role/edit', { 'user[role]': 'normal' })),
    )
    deepEqual(sent.map(({ status }) => status).sort(), [303, 303, 422])
    equal((await test.rows(`select from users where role = 'superadmin'`)).length, 1)
  })

  it('needs an organisation where the role does, and what is on the list (roles 8, case 9)', async () => {
    const spare = await test.user('Spare', { role: 'superadmin' })
    const ben = await test.user('Ben', { role: 'superadmin', twoStep: true })
    const browser = await test.signedIn(ben)
    match(
      (await browser.post('/account/role/edit', { 'user[role]': 'organisation_admin' })).text,
      /Organisation can’t be ‘None’ for Organisation admin/,
    )
    for (const typed of ['', 'root', '__proto__']) {
      const { status, text } = await browser.post('/account/role/edit', { 'user[role]': typed })
      equal(status, 422)
      match(text, /Choose a role from the list/)
    }
    deepEqual([(await userOf(ben))?.role, (await userOf(spare))?.role], ['superadmin', 'superadmin'])
  })

  it('that somebody else has changed meanwhile is not changed back', async () => {
    const { user, browser } = await someone('Cat', 'superadmin')
    const token =
      /name="csrf_token" value="([^"]+)"/.exec((await browser.get('/account/role/edit')).text)?.[1] ?? ''
    await changeRole(signon, operator, { email: user.email, role: 'admin' })
    const late = await browser.send('/account/role/edit', {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, was: 'superadmin', 'user[role]': 'superadmin' }),
    })
    deepEqual([late.status, (await userOf(user))?.role], [403, 'admin'])
  })
})

describe('one’s own organisation', () => {
  it('is seen by everybody, and changed by superadmins and admins only', async () => {
    for (const role of roles) {
      const { user, browser } = await someone(`Organisation ${role}`, role)
      const mayChange = role === 'superadmin' || role === 'admin'
      const { status, text } = await browser.get('/account/organisation/edit')
      equal(status, 200)
      match(text, mayChange ? /<h1[^>]*>Change your organisation</ : /<h1[^>]*>View your organisation</)
      match(text, /Cabinet &lt;Office&gt;/)
      equal(text.includes('<select'), mayChange)
      if (mayChange) continue
      const sent = await browser.post(
        '/account/organisation/edit',
        { 'user[organisation_id]': String(treasury), was: String(office) },
        '/account',
      )
      deepEqual([sent.status, (await userOf(user))?.organisationId], [403, office])
      await rejects(
        changeOwnOrganisation(signon, { kind: 'person', userId: user.id }, user.id, {
          organisationId: treasury,
        }),
        { code: 'forbidden' },
      )
    }
    const nobody = await test.signedIn(await test.user('Nowhere'))
    match((await nobody.get('/account/organisation/edit')).text, /No organisation/)
  })

  it('is another one, or none, and that is said and recorded (roles 8, case 13)', async () => {
    const { user, browser } = await someone('Dan', 'admin')
    const { location } = await browser.post('/account/organisation/edit', {
      'user[organisation_id]': String(treasury),
    })
    equal(location, '/account')
    match((await browser.get('/account')).text, /Your organisation is now HM Treasury/)
    await browser.post('/account/organisation/edit', { 'user[organisation_id]': 'none' })
    match((await browser.get('/account')).text, /Your organisation is now None/)
    deepEqual(
      await test.rows('select number, note, actor_id from events where about_uid = $1 order by id', [
        user.uid,
      ]),
      [
        { number: 46, note: 'from Cabinet <Office> to HM Treasury', actor_id: user.id },
        { number: 46, note: 'from HM Treasury to None', actor_id: user.id },
      ],
    )
  })

  it('is one of the list, and shown as it is stored when it was not', async () => {
    const { user, browser } = await someone('Eve', 'admin')
    for (const typed of ['', 'None', '999999', '0']) {
      const { status, text } = await browser.post('/account/organisation/edit', {
        'user[organisation_id]': typed,
      })
      equal(status, 422)
      match(text, /Choose an organisation from the list/)
      match(text, /Now: Cabinet &lt;Office&gt;/)
    }
    equal((await userOf(user))?.organisationId, office)
  })
})
