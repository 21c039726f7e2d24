import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { operator, startSignon } from '#test/signon.ts'
import { changeName } from './change-name.ts'

const test = await startSignon()
const { signon } = test
const actor = await test.user('Sue', { role: 'superadmin', twoStep: true })
const sue = await test.signedIn(actor)

const nameOf = async ({ id }: User) => (await signon.single.users.seek(id))?.name
const pathOf = ({ id }: User) => `/users/${id}/name/edit`

describe('changing the name of somebody', () => {
  it('is recorded, pushed to applications, and said', async () => {
    const ada = await test.user('Ada')
    match((await sue.get(pathOf(ada))).text, /<h1[^>]*>Change name for Ada<\/h1>/)
    const before = await test.jobs()
    const { status, location } = await sue.post(pathOf(ada), { 'user[name]': '  Ada Lovelace ' })
    deepEqual([status, location], [303, `/users/${ada.id}/edit`])
    match((await sue.get(location)).text, /Updated user ada@example\.gov\.uk successfully/)
    equal(await nameOf(ada), 'Ada Lovelace')
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
    const rows = await test.rows(
      'select number, note, actor_id, host(address) as address from events where about_uid = $1',
      [ada.uid],
    )
    deepEqual(rows, [
      { number: 34, note: 'from Ada to Ada Lovelace', actor_id: actor.id, address: '127.0.0.1' },
    ])
  })

  it('shows the form again, with what was typed and the name that holds, when it is no name (admin-ui 12, case 18)', async () => {
    const ben = await test.user('Ben')
    for (const [typed, fault] of [
      ['   ', /Enter a name/],
      ['x'.repeat(256), /Name must be 255 characters or less/],
      ['x'.repeat(60_000), /Name must be 255 characters or less/],
      ['\u200b\u00ad\ufeff', /Enter a name/],
      ['Ben\u0007Boyd', /Name must be one line of text/],
      ['Ben\u2028Boyd', /Name must be one line of text/],
      ['Ben\u202edyoB', /Name must be one line of text/],
      ['\u2067Ben', /Name must be one line of text/],
    ] as const) {
      const { status, text } = await sue.post(pathOf(ben), { 'user[name]': typed })
      equal(status, 422)
      match(text, /<title>\s*Error: Change name for Ben/)
      match(text, fault)
      match(text, /href="#name"/)
      equal(text.includes(`value="${typed}"`), true)
    }
    equal((await sue.post(pathOf(ben), {})).status, 422)
    equal(
      (
        await sue.post(pathOf(ben), [
          ['user[name]', 'One'],
          ['user[name]', 'Two'],
        ])
      ).status,
      422,
    )
    equal(await nameOf(ben), 'Ben')
    deepEqual(await test.events(ben.uid), [])
  })

  it('tells the second of two who had the page open what the first made of it, and loses nothing', async () => {
    const cat = await test.user('Cat')
    const page = (await sue.get(pathOf(cat))).text
    await changeName(signon, operator, { email: cat.email, newName: 'Catherine' })
    const token = /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const late = () =>
      sue.send(pathOf(cat), {
        method: 'POST',
        body: new URLSearchParams({ csrf_token: token, was: 'Cat', 'user[name]': 'Kat' }),
      })
    const { status, text } = await late()
    equal(status, 422)
    match(text, /Somebody has changed the name to Catherine since you opened this page/)
    match(text, /name="user\[name\]"[^>]* value="Kat"/)
    match(text, /name="was" value="Catherine"/)
    equal(await nameOf(cat), 'Catherine')
    equal((await sue.post(pathOf(cat), { 'user[name]': 'Kat' })).status, 303)
    equal(await nameOf(cat), 'Kat')
  })

  it('takes names of every script as they are written', async () => {
    const gil = await test.user('Gil')
    for (const name of ['محمد علي', 'שרה\u200f', 'نیم\u200cفاصله', 'Zoë 👩‍🚒 O’Neil', '李小龙']) {
      equal((await sue.post(pathOf(gil), { 'user[name]': name })).status, 303)
      equal(await nameOf(gil), name)
    }
  })

  it('tells the second of two even if what they typed first is no name', async () => {
    const hal = await test.user('Hal')
    const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec((await sue.get(pathOf(hal))).text) ?? []
    await changeName(signon, operator, { email: hal.email, newName: 'Harold' })
    const { status, text } = await sue.send(pathOf(hal), {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, was: 'Hal', 'user[name]': ' ' }),
    })
    equal(status, 422)
    match(text, /Somebody has changed the name to Harold since you opened this page/)
  })

  it('at the same moment is done once for each, or refused', async () => {
    const dan = await test.user('Dan')
    const outcomes = await Promise.allSettled(
      ['One', 'Two', 'Three'].map((newName) =>
        changeName(signon, operator, { email: dan.email, newName, was: 'Dan' }),
      ),
    )
    deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected'])
    equal((await test.events(dan.uid)).length, 1)
  })

  it('to the same name changes nothing, and leaves no trace', async () => {
    const eve = await test.user('Eve')
    equal((await sue.post(pathOf(eve), { 'user[name]': ' Eve ' })).status, 303)
    deepEqual(await test.events(eve.uid), [])
  })

  it('needs a form of ours, and what it was', async () => {
    const fay = await test.user('Fay')
    equal(
      (await sue.send(pathOf(fay), { method: 'POST', body: new URLSearchParams({ 'user[name]': 'X' }) }))
        .status,
      422,
    )
    equal((await sue.post(pathOf(fay), { 'user[name]': 'X' }, '/account')).status, 422)
    equal(
      (
        await sue.post(pathOf(fay), [
          ['user[name]', 'X'],
          ['was', 'Fay'],
        ])
      ).status,
      422,
    )
    equal(await nameOf(fay), 'Fay')
  })

  it('is done by operators to API users, too, and refused to who may not', async () => {
    const { user } = await test.machine('Robot', await test.application('Imports'))
    equal((await changeName(signon, operator, { email: user.email, newName: 'Importer' })).name, 'Importer')
    const normal = await test.user('Normal')
    const input = { email: user.email, newName: 'Mine' }
    await rejects(changeName(signon, { kind: 'person', userId: normal.id }, input), { code: 'forbidden' })
    await rejects(changeName(signon, operator, { ...input, email: 'nobody@example.gov.uk' }), {
      code: 'not-found',
    })
  })
})
