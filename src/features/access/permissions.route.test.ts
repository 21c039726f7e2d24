import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'

const test = await startSignon()
const { signon } = test

const parks = await test.organisation('Parks')
const whitehall = await test.application('Whitehall', { permissions: ['editor', 'GDS Admin', 'writer'] })
await signon.single.grants.setFlags(whitehall.id, { delegated: ['signin', 'editor'], default: [] })
await signon.single.grants.addPermission(whitehall.id, {
  name: 'secret',
  isDelegated: true,
  isDefault: false,
  isGrantableFromUi: false,
})
const councils = Array.from({ length: 560 }, (_, number) => `Council ${String(number).padStart(3, '0')}`)
const licensing = await test.application('Licensing', { permissions: councils })

const sue = await test.signedIn(await test.user('Sue', { role: 'superadmin', twoStep: true }))
const max = await test.user('Max', {
  role: 'organisation_admin',
  organisationId: parks,
  twoStep: true,
  uses: [whitehall],
})
const manager = await test.signedIn(max)

let made = 0
const person = async (application: TestApplication, ...permissions: readonly string[]): Promise<User> => {
  const user = await test.user(`Ben ${++made}`, { organisationId: parks })
  await test.grant(user, application, 'signin', ...permissions)
  return user
}
const held = (user: User, { id }: TestApplication) => signon.single.grants.held(user.id, id)
const id = async (application: TestApplication, name: string) =>
  String(await signon.single.grants.findPermission(application.id, name))
const notes = (user: User) =>
  test.rows<{ number: number; note: string }>(
    'select number, note from events where about_uid = $1 order by id',
    [user.uid],
  )

const addressOf = (user: User, application: TestApplication) =>
  `/users/${user.id}/applications/${application.id}/permissions/edit`

/** The form as a page shows it: the boxes by their labels. */
const formOf = async (browser: TestBrowser, address: string) => {
  const { text } = await browser.get(address)
  const boxes = [
    ...text.matchAll(
      /<input class="govuk-checkboxes__input" id="[^"]+" name="(\w+)" type="checkbox" value="(\d+)"( checked)?>\s*<label[^>]*>\s*([^<]+?)\s*<\/label>/g,
    ),
  ].map(([, name = '', value = '', checked = '', label = '']) => ({
    name,
    value,
    isTicked: checked !== '',
    label,
  }))
  const shownAsHeld = / name="held" value="([^"]*)"/.exec(text)?.[1] ?? ''
  return { text, boxes, shownAsHeld, labels: boxes.map(({ label }) => label) }
}

/** Opens the form, ticks and clears these boxes, and sends it: in two steps, so that others may come between. */
const fill = async (browser: TestBrowser, address: string, ...switched: readonly string[]) => {
  const { boxes, shownAsHeld } = await formOf(browser, address)
  for (const label of switched)
    ok(
      boxes.some((box) => box.label === label),
      `${label} is on the form`,
    )
  const ticked = boxes.filter((box) => box.isTicked !== switched.includes(box.label))
  const fields = ticked.map(({ name, value }) => [name, value] as const)
  const [path = ''] = address.split('?')
  return {
    send: (...more: readonly (readonly [string, string])[]) =>
      // The hidden fields come from here: the page may be another one by now.
      browser.post(path, [...fields, ['held', shownAsHeld], ...more], '/account'),
  }
}

describe('the permissions of a person', () => {
  it('are listed as far as pages show them: held ones first, signin first of all (roles 8, case 16)', async () => {
    const ben = await person(whitehall, 'writer', 'secret')
    const { text, status } = await sue.get(`/users/${ben.id}/applications/${whitehall.id}/permissions`)
    equal(status, 200)
    match(text, new RegExp(`<h1[^>]*>${ben.name}’s permissions for Whitehall</h1>`))
    const rows = [
      ...text.matchAll(/<th scope="row"[^>]*>\s*([^<]+?)\s*<\/th>\s*<td[^>]*>\s*<strong[^>]*>\s*(\w+)\s*</g),
    ].map(([, name, isHeld]) => `${name} ${isHeld}`)
    deepEqual(rows, ['signin Yes', 'writer Yes', 'editor No', 'GDS Admin No'])
  })

  it('are shown in full even to managers, who see only their own on the form, and are told so (roles 8, case 5)', async () => {
    const ben = await person(whitehall, 'writer')
    const address = addressOf(ben, whitehall)
    match((await manager.get(address.replace('/edit', ''))).text, /GDS Admin/)
    const { labels, text } = await formOf(manager, address)
    deepEqual(labels, ['editor'])
    match(
      text,
      /Only permissions that you can manage are shown here\.\s*<a [^>]+permissions">View all permissions/,
    )
    doesNotMatch((await formOf(sue, address)).text, /Only permissions that you can manage/)
    deepEqual((await formOf(sue, address)).labels, ['editor', 'GDS Admin', 'writer'])
  })

  it('cannot be updated where none can be managed, and the list says so', async () => {
    const bare = await test.application('Bare', { permissions: ['writer'] })
    await test.grant(max, bare, 'signin')
    const ben = await person(bare)
    const list = `/users/${ben.id}/applications`
    equal((await manager.get(addressOf(ben, bare))).location, list)
    const { text } = await manager.get(list)
    match(text, /No permissions found for Bare that you are authorised to manage\./)
    doesNotMatch(text, /govuk-notification-banner--success/)
    equal((await manager.post(addressOf(ben, bare), {}, list)).status, 403)
  })
})

describe('changing permissions', () => {
  it('adds what was ticked and removes what was cleared, records both, and says what is held', async () => {
    const ben = await person(whitehall, 'writer', 'secret')
    const before = await test.jobs()
    const { location } = await (
      await fill(sue, addressOf(ben, whitehall), 'writer', 'GDS Admin', 'editor')
    ).send()
    equal(location, `/users/${ben.id}/applications`)
    const said = `${ben.name} now has the following permissions for Whitehall: editor, GDS Admin.`
    match((await sue.get(location)).text, new RegExp(said))
    deepEqual(await held(ben, whitehall), ['editor', 'GDS Admin', 'secret', 'signin'])
    deepEqual(await notes(ben), [
      { number: 35, note: '(editor, GDS Admin)' },
      { number: 36, note: '(writer)' },
    ])
    deepEqual(new Set((await test.jobs()).slice(before.length)), new Set(['announce-user']))

    await (await fill(sue, addressOf(ben, whitehall), 'editor', 'GDS Admin')).send()
    const none = `${ben.name} can access Whitehall but does not have any additional permissions.`
    match((await sue.get(location)).text, new RegExp(none))
  })

  it('leaves no event behind when nothing was changed', async () => {
    const ben = await person(whitehall, 'writer')
    const jobs = await test.jobs()
    equal((await (await fill(sue, addressOf(ben, whitehall))).send()).status, 303)
    equal((await sue.post(addressOf(ben, whitehall), {}, '/account')).status, 303)
    deepEqual([await notes(ben), await held(ben, whitehall)], [[], ['signin', 'writer']])
    deepEqual(await test.jobs(), jobs)
  })

  it('does not undo what somebody else did meanwhile (roles 9, observation 9)', async () => {
    const ben = await person(whitehall, 'editor', 'writer')
    const mine = await fill(sue, addressOf(ben, whitehall), 'writer')
    await (await fill(manager, addressOf(ben, whitehall), 'editor')).send()
    await test.grant(ben, whitehall, 'GDS Admin')
    equal((await mine.send()).status, 303)
    deepEqual(await held(ben, whitehall), ['GDS Admin', 'signin'])
  })

  it('loses nothing when many change one person at the same moment', async () => {
    const [old, fresh] = [councils.slice(0, 8), councils.slice(8, 16)]
    const ben = await person(licensing, ...old)
    const forms = await Promise.all(
      old.map((gone, place) => fill(sue, addressOf(ben, licensing), gone, fresh[place] ?? '')),
    )
    const answers = await Promise.all(forms.map((form) => form.send()))
    deepEqual(new Set(answers.map(({ status }) => status)), new Set([303]))
    deepEqual(await held(ben, licensing), [...fresh, 'signin'])
    equal((await notes(ben)).length, 16)
  })

  it('of oneself goes by the same rules', async () => {
    await (await fill(manager, `/account/applications/${whitehall.id}/permissions/edit`, 'editor')).send()
    const { text } = await manager.get('/account/applications')
    match(text, /You now have the following permissions for Whitehall: editor\./)
    await (await fill(manager, `/account/applications/${whitehall.id}/permissions/edit`, 'editor')).send()
    match(
      (await manager.get('/account/applications')).text,
      /You can access Whitehall but you do not have any additional permissions\./,
    )
    match(
      (await manager.get(`/account/applications/${whitehall.id}/permissions`)).text,
      /My permissions for Whitehall/,
    )
  })
})

describe('a forged form of permissions', () => {
  it('changes nothing at all with a permission that the manager may not give or take', async () => {
    const ben = await person(whitehall, 'writer')
    const [editor, admin, writer] = [
      await id(whitehall, 'editor'),
      await id(whitehall, 'GDS Admin'),
      await id(whitehall, 'writer'),
    ]
    const send = (fields: readonly (readonly [string, string])[]) =>
      manager.post(addressOf(ben, whitehall), fields, '/account')
    equal(
      (
        await send([
          ['add', editor],
          ['add', admin],
        ])
      ).status,
      403,
    )
    equal(
      (
        await send([
          ['add', editor],
          ['held', writer],
        ])
      ).status,
      403,
    )
    deepEqual([await held(ben, whitehall), await notes(ben)], [['signin', 'writer'], []])
  })

  it('changes nothing with one that is hidden, of another application, signin, or no permission (roles 8, cases 3 and 4)', async () => {
    const ben = await person(whitehall, 'secret')
    await test.grant(ben, licensing, 'signin', 'Council 000')
    const ids = [
      await id(whitehall, 'secret'),
      await id(licensing, 'Council 001'),
      await id(licensing, 'Council 000'),
      await id(whitehall, 'signin'),
      '999999999',
      '0',
      'x',
      '9999999999',
    ]
    const editor = await id(whitehall, 'editor')
    for (const forged of ids)
      for (const name of ['add', 'held'])
        equal(
          (
            await sue.post(
              addressOf(ben, whitehall),
              [
                ['add', editor],
                [name, forged],
              ],
              '/account',
            )
          ).status,
          404,
        )
    deepEqual(await signon.single.grants.heldByApplication(ben.id), {
      Licensing: ['signin', 'Council 000'],
      Whitehall: ['signin', 'secret'],
    })
    deepEqual(await notes(ben), [])
  })

  it('that gives and takes the same one is refused', async () => {
    const ben = await person(whitehall)
    const editor = await id(whitehall, 'editor')
    const { status } = await sue.post(addressOf(ben, whitehall), { add: editor, held: editor }, '/account')
    deepEqual([status, await held(ben, whitehall)], [400, ['signin']])
  })

  it('does not help a manager who has lost their own access', async () => {
    const lost = await test.user('Lee', { role: 'organisation_admin', organisationId: parks, twoStep: true })
    await test.grant(lost, whitehall, 'signin')
    const browser = await test.signedIn(lost)
    const ben = await person(whitehall)
    const form = await fill(browser, addressOf(ben, whitehall), 'editor')
    await signon.single.grants.removeAll(lost.id, whitehall.id, [
      await signon.single.grants.findPermission(whitehall.id, 'signin'),
    ])
    equal((await form.send()).status, 403)
    deepEqual(await held(ben, whitehall), ['signin'])
  })

  it('finds nothing when the permission has gone meanwhile', async () => {
    const short = await test.application('Short', { permissions: ['lived'] })
    const ben = await person(short)
    const form = await fill(sue, addressOf(ben, short), 'lived')
    await test.rows(`delete from permissions where application_id = $1 and name = 'lived'`, [short.id])
    await signon.single.grants.addPermission(short.id, {
      name: 'other',
      isDelegated: false,
      isDefault: false,
      isGrantableFromUi: true,
    })
    const { status, text } = await form.send()
    equal(status, 404)
    match(text, /Go back, reload the page, and try again/)
  })
})

describe('a permission that is deleted', () => {
  it('while somebody is given it is given to nobody, and the form says so', async () => {
    const brief = await test.application('Brief', { permissions: ['fleeting', 'lasting'] })
    const ben = await person(brief)
    const form = await fill(sue, addressOf(ben, brief), 'fleeting')
    const sent = await test.db.transaction().execute(async (db) => {
      const fleeting = await signon.single.grants.findPermission(brief.id, 'fleeting')
      await db.deleteFrom('permissions').where('id', '=', fleeting).execute()
      const answer = form.send()
      await untilSomebodyWaits(test)
      return { answer }
    })
    equal((await sent.answer).status, 404)
    deepEqual(await held(ben, brief), ['signin'])
  })
})

describe('an application with 560 permissions', () => {
  it('gives all of them at once, with every name in one event, and takes all again (admin-ui 12, case 24)', async () => {
    const ben = await person(licensing)
    const address = addressOf(ben, licensing)
    equal((await formOf(sue, address)).labels.length, 560)
    const { status, location } = await (await fill(sue, address, ...councils)).send()
    equal(status, 303)
    equal((await held(ben, licensing)).length, 561)
    deepEqual(await notes(ben), [{ number: 35, note: `(${councils.join(', ')})` }])
    const { text } = await sue.get(location)
    match(text, /now has the following permissions for Licensing: Council 000, .+ and 514 more\./)

    equal((await sue.get(address.replace('/edit', ''))).text.match(/govuk-tag--green/g)?.length, 561)
    await (await fill(sue, address, ...councils)).send()
    deepEqual(await held(ben, licensing), ['signin'])
    deepEqual((await notes(ben))[1], { number: 36, note: `(${councils.join(', ')})` })
  })

  it('is searched without JavaScript, current permissions first, and only what is shown changes (admin-ui 12, case 23)', async () => {
    const ben = await person(licensing, 'Council 007', 'Council 100', 'Council 101')
    const address = addressOf(ben, licensing)
    const whole = await formOf(sue, address)
    deepEqual(whole.labels.slice(0, 4), ['Council 007', 'Council 100', 'Council 101', 'Council 000'])
    match(whole.text, /Current permissions[\s\S]*Other permissions/)
    const found = await formOf(sue, `${address}?filter=+COUNCIL+10+`)
    deepEqual(found.labels.slice(0, 4), ['Council 100', 'Council 101', 'Council 102', 'Council 103'])
    match(found.text, /10 of 560 permissions have ‘COUNCIL 10’ in their name/)

    const form = await fill(sue, `${address}?filter=council+10`, 'Council 101', 'Council 105')
    const { location } = await form.send(['then', 'continue'])
    equal(location, address)
    deepEqual(await held(ben, licensing), ['Council 007', 'Council 100', 'Council 105', 'signin'])
    deepEqual(await notes(ben), [
      { number: 35, note: '(Council 105)' },
      { number: 36, note: '(Council 101)' },
    ])
  })

  it('says so when nothing is found, and keeps what was searched for, escaped', async () => {
    const ben = await person(licensing)
    const { text, boxes } = await formOf(sue, `${addressOf(ben, licensing)}?filter=%3Cb%3E%22`)
    deepEqual(boxes, [])
    match(text, /0 of 560 permissions have ‘&lt;b&gt;&quot;’ in their name/)
    match(text, /name="filter"[^>]*value="&lt;b&gt;&quot;"/)
    doesNotMatch(text, /<b>|Update permissions<\/button>|>\s*Update permissions\s*</)
    equal((await sue.get(`${addressOf(ben, licensing)}?filter=a&filter=b`)).status, 200)
  })
})
