import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { AccessChangeId } from '#domain/access-of-many.ts'
import { addressesIn, choiceFault } from '#domain/access-of-many.ts'
import type { PermissionId } from '#domain/application.ts'
import type { User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { operator, startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'
import { changeAccessOfMany } from './change-access-of-many.job.ts'
import { prepareAccessOfMany } from './prepare-access-of-many.ts'
import { startAccessOfMany } from './start-access-of-many.ts'

const test = await startSignon()
const { signon } = test
const whitehall = await test.application('Whitehall', { permissions: ['editor', 'Export data'] })
const closed = await test.application('Delegates no access', { permissions: ['editor'] })
const home = await test.organisation('Home Office')
const below = await test.organisation('Border Force', { parents: [home] })
const elsewhere = await test.organisation('Treasury')
let root: User
let people: User[]
const newPage = '/users/access_changes/new'

const permissionId = async (name: string): Promise<string> => {
  const [row] = await test.rows<{ id: number }>(
    'select id from permissions where application_id = $1 and name = $2',
    [whitehall.id, name],
  )
  return String(row?.id)
}

const held = async (user: User): Promise<readonly string[]> =>
  signon.single.grants.held(user.id, whitehall.id)

const prepare = (browser: TestBrowser, kind: 'give' | 'take', users: readonly User[], addresses = '') =>
  browser.post(
    '/users/access_changes',
    [
      ...users.map(({ id }) => ['users[]', String(id)] as const),
      ['addresses', addresses] as const,
      ['application', String(whitehall.id)] as const,
      ['kind', kind] as const,
    ],
    newPage,
  )

const start = async (browser: TestBrowser, page: string, ...names: readonly string[]) => {
  const ids = await Promise.all(names.map(permissionId))
  const query = ids.map((id) => `permissions[]=${id}`).join('&')
  const preview = await browser.get(`${page}?${query}`)
  const shown = [...preview.text.matchAll(/name="permissions\[\]" value="(\d+)"/g)]
  const fields = shown.map(([, id = '']) => ['permissions[]', id] as const)
  const answer = await browser.post(page, fields, newPage)
  return { preview, answer }
}

const numberOf = (page: string): AccessChangeId => Number(page.split('/').at(-1)) as AccessChangeId
const work = (page: string): Promise<void> => changeAccessOfMany(signon)({ change: numberOf(page) })

before(async () => {
  root = await test.user('Root', { role: 'superadmin', twoStep: true })
  people = []
  for (const name of ['Ann', 'Bob', 'Cy']) people.push(await test.user(name, { organisationId: below }))
})

describe('addresses that are pasted', () => {
  it('are taken apart at lines, commas and semicolons, each once', () => {
    deepEqual(addressesIn(' A@x.gov.uk,\r\nb@x.gov.uk; a@x.gov.uk\n\n'), ['a@x.gov.uk', 'b@x.gov.uk'])
  })

  it('are not too many, not none, and addresses', () => {
    equal(choiceFault([], []), 'Select users, or enter their email addresses')
    match(
      choiceFault(
        [],
        Array.from({ length: 5001 }, (_, n) => `${n}@x.gov.uk`),
      ) ?? '',
      /no more than 5,000/,
    )
    match(choiceFault([], ['nonsense']) ?? '', /not email addresses: nonsense/)
    equal(choiceFault([], ['a@x.gov.uk']), undefined)
  })
})

describe('giving access to many', () => {
  it('shows what would change, changes it, and reports on everybody', async () => {
    const browser = await test.signedIn(root)
    const [ann, bob, cy] = people as [User, User, User]
    await test.grant(ann, whitehall, 'signin', 'editor')
    const { location } = await prepare(browser, 'give', [ann, bob], ` ${cy.email.toUpperCase()} `)
    match((await browser.get(location)).text, /Give access to 3 users/)

    const { preview, answer } = await start(browser, location, 'editor')
    match(preview.text, /2 of 3 users will change\. The others have all of them already\./)
    match(preview.text, /<li[^>]*>signin<\/li>/)
    equal(answer.status, 303)
    deepEqual(await held(bob), [])
    match((await browser.get(location)).text, /In progress/)
    deepEqual(
      (await test.jobs()).filter((job) => job === 'change-access-of-many'),
      ['change-access-of-many'],
    )

    await work(location)
    for (const person of [ann, bob, cy]) deepEqual(await held(person), ['editor', 'signin'])
    const report = (await browser.get(location)).text
    match(report, /3 of 3 users processed: 2 changed, 1 unchanged, 0 failed/)
    match(report, /Done\./)
    deepEqual(await test.events(bob.uid), [35])
    const [begun] = await test.rows<{ note: string; actor_id: number }>(
      'select note, actor_id from events where number = 77',
    )
    deepEqual(begun, { note: 'giving (signin, editor), 3 users', actor_id: root.id })
  })

  it('says so when nobody would change, and offers no button', async () => {
    const browser = await test.signedIn(root)
    const [has, hasToo] = [
      await test.user('Has it', { uses: [whitehall] }),
      await test.user('Has it, too', { uses: [whitehall] }),
    ]
    const { location } = await prepare(browser, 'give', [has, hasToo])
    const { text } = await browser.get(`${location}?permissions[]=${await permissionId('signin')}`)
    match(text, /0 of 2 users will change\. They have all of them already\./)
    doesNotMatch(text, /Give to/)
  })

  it('asks again whoever chose no permission, or neither to give nor to take', async () => {
    const browser = await test.signedIn(root)
    const { location } = await prepare(browser, 'give', people)
    doesNotMatch((await browser.get(location)).text, /There is a problem/)
    match(
      (await browser.get(`${location}?chosen=yes`)).text,
      /id="permissions-error"[\s\S]*Select at least one permission/,
    )
    const fields = { addresses: 'ann@example.gov.uk', application: String(whitehall.id) }
    const { text } = await browser.post('/users/access_changes', fields, newPage)
    match(text, /<a href="#kind">Select whether to give or to take/)
    match(text, /id="kind-error"/)
    doesNotMatch(text, /id="addresses-error"/)
  })

  it('is started once', async () => {
    const browser = await test.signedIn(root)
    const { location } = await prepare(browser, 'give', people)
    const body = async () => {
      const [, csrf = ''] = /name="csrf_token" value="([^"]+)"/.exec((await browser.get(newPage)).text) ?? []
      return new URLSearchParams([
        ['csrf_token', csrf],
        ['permissions[]', await permissionId('editor')],
      ])
    }
    const sent = await body()
    const answers = await Promise.all(
      [1, 2, 3].map(() => browser.send(location, { method: 'POST', body: sent })),
    )
    deepEqual(answers.map(({ status }) => status).toSorted(), [303, 409, 409])
  })

  it('goes on where it was killed, and by two workers each user is changed once', async () => {
    const browser = await test.signedIn(root)
    const many: User[] = []
    for (let n = 0; n < 12; n += 1) many.push(await test.user(`Many ${n}`, { organisationId: below }))
    const { location } = await prepare(browser, 'give', many)
    await start(browser, location, 'Export data')
    await Promise.all([work(location), work(location), work(location)])
    for (const user of many) deepEqual(await test.events(user.uid), [35])
    const { all, changed } = await signon.single.accessOfMany.progress(numberOf(location))
    deepEqual([all, changed], [12, 12])
  })

  it('goes on past somebody who fails, and says why', async () => {
    const browser = await test.signedIn(root)
    const [gone, stays] = [await test.user('Promoted'), await test.user('Stays')]
    const admin = await test.user('Admin', { role: 'admin', twoStep: true })
    const own = await test.signedIn(admin)
    const { location } = await prepare(own, 'give', [gone, stays])
    await start(own, location, 'editor')
    await test.rows(`update users set role = 'superadmin' where id = $1`, [gone.id])
    await work(location)
    const report = (await own.get(`${location}?outcome=failed`)).text
    match(report, /Somebody you do not look after any more[\s\S]*>Failed</)
    const [failed] = await test.rows('select user_id, detail from access_change_members where outcome = $1', [
      'failed',
    ])
    deepEqual(failed, { user_id: gone.id, detail: 'There is no such account.' })
    doesNotMatch(report, /Stays/)
    deepEqual(await held(gone), [])
    deepEqual(await held(stays), ['editor', 'signin'])
    equal((await browser.get(location)).status, 404)
  })

  it('gives with the rights that are left to whoever loses some while it waits for somebody', async () => {
    const admin = await test.user('Admin who moves', {
      role: 'admin',
      organisationId: below,
      twoStep: true,
      uses: [whitehall],
    })
    const browser = await test.signedIn(admin)
    const target = await test.user('Awaited', { organisationId: below })
    const { location } = await prepare(browser, 'give', [target])
    await start(browser, location, 'editor')
    const { worked } = await signon.transaction(async (held) => {
      await held.users.lockById(target.id)
      const worked = work(location)
      // They were found to be an admin, and the worker waits for us at the account.
      await untilSomebodyWaits(test)
      await test.rows(`update users set role = 'organisation_admin' where id = $1`, [admin.id])
      return { worked }
    })
    await worked
    deepEqual(await held(target), [])
  })

  it('stops when whoever began it may not do it any more', async () => {
    const admin = await test.user('Demoted', { role: 'admin', twoStep: true })
    const browser = await test.signedIn(admin)
    const target = await test.user('Untouched')
    const { location } = await prepare(browser, 'give', [target])
    await start(browser, location, 'editor')
    await test.rows(`update users set role = 'normal' where id = $1`, [admin.id])
    await work(location)
    deepEqual(await held(target), [])
    const change = await signon.single.accessOfMany.seek(numberOf(location))
    match(change?.stoppedBecause ?? '', /may not do this any more/)
  })
})

describe('giving permissions without signin', () => {
  /** Somebody who may give the permission of an application, but let nobody into it, and prepares to give it to them. */
  const prepared = async (name: string, users: readonly User[]) => {
    const { id } = closed
    await test.rows(`update permissions set is_delegated = (name = 'editor') where application_id = $1`, [id])
    const [editor] = await test.rows<{ id: PermissionId }>(
      `select id from permissions where application_id = $1 and name = 'editor'`,
      [id],
    )
    ok(editor)
    const chief = await test.user(name, {
      role: 'super_organisation_admin',
      organisationId: home,
      twoStep: true,
      uses: [closed],
    })
    const actor = { kind: 'person', userId: chief.id } as const
    const change = await prepareAccessOfMany(signon, actor, {
      users: users.map((user) => user.id),
      addresses: '',
      application: id,
      isGiving: true,
    })
    const page = `/users/access_changes/${change}`
    return { actor, change, page, editor: editor.id, browser: await test.signedIn(chief) }
  }
  const heldOf = async ({ id }: User) => signon.single.grants.held(id, closed.id)

  it('gives nothing to people without access, as the form for one person does', async () => {
    const [has, lacks] = [
      await test.user('Let in', { organisationId: below, uses: [closed] }),
      await test.user('Not let in', { organisationId: below }),
    ]
    const { actor, change, page, editor, browser } = await prepared('Chief', [has, lacks])
    const preview = (await browser.get(`${page}?permissions[]=${editor}`)).text
    match(preview, /1 of 2 users will change\. 1 user does not have access to Delegates no access/)
    match(preview, /You cannot give it to them, so nothing will change for them\./)
    match(preview, /Give to 1 user\s/)
    doesNotMatch(preview, /all of them already/)

    await startAccessOfMany(signon, actor, change, [editor])
    await work(page)
    deepEqual([await heldOf(has), await heldOf(lacks)], [['editor', 'signin'], []])
    deepEqual(await test.events(lacks.uid), [])
    const report = (await browser.get(page)).text
    match(report, /2 of 2 users processed: 1 changed, 0 unchanged, 1 failed/)
    match(report, /Failed: Not let in does not have access to Delegates no access\./)
  })

  it('offers no button when nobody has access', async () => {
    const lacks = await test.user('Outside', { organisationId: below })
    const { page, editor, browser } = await prepared('Chief of outsiders', [lacks])
    const preview = (await browser.get(`${page}?permissions[]=${editor}`)).text
    match(preview, /0 of 1 user will change\. 1 user does not have access/)
    doesNotMatch(preview, /Give to/)
  })

  it('is refused on an application that became one for machines: at the start, and for each whose turn comes', async () => {
    const has = await test.user('Uses it', { organisationId: below, uses: [closed] })
    const first = await prepared('Chief of machines', [has])
    const second = await prepared('Late chief', [has])
    await startAccessOfMany(signon, first.actor, first.change, [first.editor])
    await test.rows('update applications set is_api_only = true where id = $1', [closed.id])
    await work(first.page)
    deepEqual(await heldOf(has), ['signin'])
    match((await first.browser.get(first.page)).text, /Failed: There is no application of this number/)
    await rejects(startAccessOfMany(signon, second.actor, second.change, [second.editor]), {
      code: 'not-found',
    })
    equal((await signon.single.accessOfMany.seek(second.change))?.startedAt, null)
  })
})

describe('people who left the reach of whoever prepared a change', () => {
  it('are neither named nor told of, before it and after', async () => {
    const chief = await test.user('Chief of leavers', {
      role: 'organisation_admin',
      organisationId: below,
      twoStep: true,
      uses: [whitehall],
    })
    const [stays, leaves] = [
      await test.user('Remains', { organisationId: below }),
      await test.user('Leaves', { organisationId: below }),
    ]
    const browser = await test.signedIn(chief)
    const { location } = await prepare(browser, 'give', [stays, leaves])
    await test.rows('update users set organisation_id = $1, name = $2, email = $3 where id = $4', [
      elsewhere,
      'New name',
      'new.address@example.gov.uk',
      leaves.id,
    ])
    const ask = `${location}?permissions[]=${await permissionId('signin')}`
    const words =
      /1 of 1 user will change\. You do not look after 1 user any more\. Nothing will change for them\./
    match((await browser.get(ask)).text, words)
    await test.grant(leaves, whitehall, 'signin')
    match((await browser.get(ask)).text, words)

    await start(browser, location, 'signin')
    const before = (await browser.get(location)).text
    match(before, /Somebody you do not look after any more[\s\S]*>Waiting</)
    await work(location)
    const report = (await browser.get(location)).text
    match(report, /2 of 2 users processed: 1 changed, 0 unchanged, 1 failed/)
    match(report, new RegExp(`href="/users/${stays.id}/edit">Remains<`))
    match(report, /Somebody you do not look after any more[\s\S]*>Failed</)
    for (const text of [before, report]) {
      doesNotMatch(text, /Leaves|New name|new\.address/)
      doesNotMatch(text, new RegExp(`/users/${leaves.id}/`))
    }
  })

  it('are nobody’s to count when none is left', async () => {
    const chief = await test.user('Chief of nobody', {
      role: 'organisation_admin',
      organisationId: below,
      twoStep: true,
      uses: [whitehall],
    })
    const leaves = await test.user('Last of them', { organisationId: below })
    const browser = await test.signedIn(chief)
    const { location } = await prepare(browser, 'give', [leaves])
    await test.rows('update users set organisation_id = $1 where id = $2', [elsewhere, leaves.id])
    const { text } = await browser.get(`${location}?permissions[]=${await permissionId('signin')}`)
    match(text, />You do not look after 1 user any more\. Nothing will change for them\.</)
    doesNotMatch(text, /will change\.|Give to/)
  })
})

describe('taking access from many', () => {
  it('takes everything with signin, and ends tokens', async () => {
    const browser = await test.signedIn(root)
    const leaver = await test.user('Leaver', { uses: [whitehall] })
    await test.grant(leaver, whitehall, 'editor')
    const { location } = await prepare(browser, 'take', [leaver])
    const { preview } = await start(browser, location, 'signin')
    match(preview.text, /1 of 1 user will change\.</)
    match(preview.text, /Take from 1 user\s/)
    for (const name of ['signin', 'editor', 'Export data']) match(preview.text, new RegExp(`>${name}<`))
    await work(location)
    deepEqual(await held(leaver), [])
    deepEqual(await test.events(leaver.uid), [36])
  })
})

describe('who may change access of many', () => {
  it('is nobody who looks after nobody', async () => {
    const browser = await test.signedIn(await test.user('Normal'))
    equal((await browser.get(newPage)).status, 403)
    equal((await browser.get('/users/access_changes/1')).status, 403)
  })

  it('an admin of an organisation gives what is delegated, on applications that they use, to their own', async () => {
    const manager = await test.user('Manager', {
      role: 'super_organisation_admin',
      organisationId: home,
      twoStep: true,
      uses: [whitehall],
    })
    const browser = await test.signedIn(manager)
    const mine = await test.user('Mine', { organisationId: below })
    const { location } = await prepare(browser, 'give', [mine])
    const { text } = await browser.get(location)
    match(text, /signin/)
    doesNotMatch(text, /editor/)
    const [, csrf = ''] = /name="csrf_token" value="([^"]+)"/.exec((await browser.get(newPage)).text) ?? []
    const crafted = new URLSearchParams([
      ['csrf_token', csrf],
      ['permissions[]', await permissionId('editor')],
    ])
    equal((await browser.send(location, { method: 'POST', body: crafted })).status, 403)
    await start(browser, location, 'signin')
    await work(location)
    deepEqual(await held(mine), ['signin'])
  })

  it('does not tell strangers from people elsewhere', async () => {
    const manager = await test.user('Other manager', {
      role: 'organisation_admin',
      organisationId: home,
      twoStep: true,
    })
    const browser = await test.signedIn(manager)
    const other = await test.user('Elsewhere', { organisationId: elsewhere })
    for (const email of [other.email, 'nobody@example.gov.uk', root.email]) {
      const page = await prepare(browser, 'give', [], email)
      equal(page.status, 422)
      match(page.text, new RegExp(`You do not look after anybody with these addresses: ${email}`))
    }
    match((await prepare(browser, 'give', [other])).text, /you do not look after them/)
    match((await prepare(browser, 'give', [], 'nonsense')).text, /These are not email addresses/)
    match((await prepare(browser, 'give', [])).text, /Select users, or enter their email addresses/)
  })

  it('as many as the page promises, and no more', async () => {
    const browser = await test.signedIn(root)
    const addresses = Array.from(
      { length: 5000 },
      (_, n) => `somebody.with-a-long-name.${n}@homeoffice.gov.uk`,
    )
    match(
      (await prepare(browser, 'give', [], addresses.join('\r\n'))).text,
      /You do not look after anybody with these addresses: [^<]+ and 4990 more/,
    )
    match(
      (await prepare(browser, 'give', [], [...addresses, 'one@more.gov.uk'].join('\r\n'))).text,
      /Choose no more than 5,000 users at once/,
    )
  })

  it('nobody’s who typed addresses, and chose an application that is gone: what was typed stays', async () => {
    const browser = await test.signedIn(root)
    const retired = await test.application('Gone meanwhile')
    await signon.single.applications.retire(retired.id)
    const apis = await test.application('For machines', { isApiOnly: true })
    for (const application of ['', '999999999', '-1', 'x', String(retired.id), String(apis.id)]) {
      const fields = { addresses: 'ann@example.gov.uk', application, kind: 'give' }
      const { text } = await browser.post('/users/access_changes', fields, newPage)
      match(text, /<a href="#application">Select an application from the list/)
      match(text, />\s*ann@example\.gov\.uk<\/textarea>/)
    }
  })

  it('nobody’s who missed several things: all of them are said at once', async () => {
    const browser = await test.signedIn(root)
    const { text } = await browser.post('/users/access_changes', { addresses: '', application: '' }, newPage)
    deepEqual(
      [...text.matchAll(/<a href="#(\w+)">([^<]+)</g)].map(([, field, fault]) => [field, fault]),
      [
        ['addresses', 'Select users, or enter their email addresses'],
        ['application', 'Select an application from the list'],
        ['kind', 'Select whether to give or to take'],
      ],
    )
    const nobody = { addresses: 'nobody@example.gov.uk', application: '' }
    const { text: both } = await browser.post('/users/access_changes', nobody, newPage)
    match(both, /id="addresses-error"[\s\S]*nobody@example\.gov\.uk[\s\S]*id="application-error"/)
  })

  it('what was prepared and never started is forgotten after a week, by the next who prepares one', async () => {
    const browser = await test.signedIn(root)
    const forgotten = numberOf((await prepare(browser, 'give', people)).location)
    const { location } = await prepare(browser, 'give', people)
    equal((await start(browser, location, 'Export data')).answer.status, 303)
    test.clock.step(7 * day - 1)
    const again = await test.signedIn(root)
    await prepare(again, 'give', people)
    ok(await signon.single.accessOfMany.seek(forgotten))
    test.clock.step(2)
    await prepare(again, 'give', people)
    equal(await signon.single.accessOfMany.seek(forgotten), undefined)
    ok(await signon.single.accessOfMany.seek(numberOf(location)))
  })

  it('nobody’s own account, and no machine', async () => {
    const browser = await test.signedIn(root)
    const machine = await test.machine('Robot', whitehall)
    match((await prepare(browser, 'give', [root])).text, /you do not look after them/)
    match((await prepare(browser, 'give', [machine.user])).text, /you do not look after them/)
  })

  it('no operator in pages, and nobody another’s change', async () => {
    await rejects(
      import('./prepare-access-of-many.ts').then(({ prepareAccessOfMany }) =>
        prepareAccessOfMany(signon, operator, {
          users: [],
          addresses: '',
          application: whitehall.id,
          isGiving: true,
        }),
      ),
    )
    const { location } = await prepare(await test.signedIn(root), 'give', people)
    const second = await test.user('Second root', { role: 'superadmin', twoStep: true })
    equal((await (await test.signedIn(second)).get(location)).status, 404)
    for (const id of ['0', '-1', 'x', '99999999999999999999'])
      equal((await (await test.signedIn(root)).get(`/users/access_changes/${id}`)).status, 404)
  })
})
