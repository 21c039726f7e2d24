import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Actor, EventName } from '#domain/events.ts'
import { type Role, roles, type User } from '#domain/user.ts'
import { day } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { operator, startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon, clock } = test

const above = await test.organisation('Above')
const home = await test.organisation('Home', { parents: [above] })
const elsewhere = await test.organisation('Elsewhere')

const record = (name: EventName, about: User, note: string, actor: Actor = operator) =>
  signon.transaction((work) => work.record({ name, about, note }, actor))
const signedInAs = async (role: Role, name: string, organisationId = home): Promise<TestBrowser> =>
  test.signedIn(await test.user(name, { role, organisationId, twoStep: true }))
const superadmin = await signedInAs('superadmin', 'Sue Super')

const notesIn = (text: string): readonly string[] =>
  [...text.matchAll(/note (\d+) of all/g)].map(([, number = '']) => number)
const olderIn = (text: string): string =>
  /<div class="govuk-pagination__next">\s*<a[^>]*href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ??
  ''
/** Every page from this one on; `meanwhile` happens between them. */
const readAll = async (browser: TestBrowser, start: string, meanwhile = async () => undefined as unknown) => {
  const pages: string[] = []
  for (let address = start; address !== '' && pages.length < 20; address = olderIn(pages.at(-1) ?? '')) {
    pages.push((await browser.get(address)).text)
    await meanwhile()
  }
  return pages
}

describe('the log of another user', () => {
  it('is read by whoever has them in reach; for others there is no such account', async () => {
    const subjects = {
      normal: await test.user('Norma', { organisationId: home }),
      elsewhere: await test.user('Elsa', { organisationId: elsewhere }),
      superadmin: await test.user('Sam', { role: 'superadmin', organisationId: home }),
    }
    const expected: Record<Role, readonly number[]> = {
      superadmin: [200, 200, 200],
      admin: [200, 200, 404],
      super_organisation_admin: [200, 404, 404],
      organisation_admin: [404, 404, 404],
      normal: [403, 403, 403],
    }
    for (const role of roles) {
      // Norma’s organisation is below theirs.
      const browser = await signedInAs(role, `Reach ${role}`, above)
      const statuses: number[] = []
      for (const { id } of Object.values(subjects))
        statuses.push((await browser.get(`/users/${id}/event_logs`)).status)
      deepEqual(statuses, expected[role], role)
    }
    const colleague = await signedInAs('organisation_admin', 'Colleague')
    equal((await colleague.get(`/users/${subjects.normal.id}/event_logs`)).status, 200)
    match((await test.browser().get(`/users/${subjects.normal.id}/event_logs`)).location, /sign_in/)
  })

  it('says of nobody that they are there: a stranger, an API user and no number look alike', async () => {
    const admin = await signedInAs('admin', 'Curious')
    const stranger = await test.user('Hidden', { role: 'superadmin' })
    const { user: machine } = await test.machine('Robot', await test.application('Robotics'))
    const bodies: string[] = []
    for (const id of [stranger.id, machine.id, 999999]) {
      const { status, text } = await admin.get(`/users/${id}/event_logs`)
      equal(status, 404)
      bodies.push(text.replaceAll(/csrf_token" value="[^"]*"/g, ''))
    }
    equal(new Set(bodies).size, 1)
    equal((await superadmin.get(`/users/${machine.id}/event_logs`)).status, 404)
    for (const odd of ['0', 'x', '1e3', '99999999999', '%27', '-1'])
      equal((await superadmin.get(`/users/${odd}/event_logs`)).status, 404, odd)
  })

  it('of oneself is the page of one’s own', async () => {
    const own = await test.user('Selfie', { role: 'admin', twoStep: true })
    const { status, location } = await (await test.signedIn(own)).get(`/users/${own.id}/event_logs`)
    deepEqual([status, location], [302, '/account/access_log'])
  })

  it('of an API user is for superadmins, at its own address', async () => {
    const { user: machine } = await test.machine('Publisher API', await test.application('Publisher'))
    await record('api-token-created', machine, 'made once')
    for (const role of roles) {
      const browser = await signedInAs(role, `Machinist ${role}`)
      const { status, text } = await browser.get(`/api_users/${machine.id}/event_logs`)
      equal(status, role === 'superadmin' ? 200 : 403, role)
      equal(/made once/.test(text), role === 'superadmin')
    }
    const person = await test.user('No machine')
    equal((await superadmin.get(`/api_users/${person.id}/event_logs`)).status, 404)
  })

  it('tells what happened, by whom with a link to them, and from where', async () => {
    const user = await test.user('Traced', { organisationId: home })
    const admin = await test.user('Ana Admin', { role: 'admin', email: 'ana+x@example.gov.uk' })
    const whitehall = await test.application('Whitehall')
    await signon.transaction((work) =>
      work.record(
        { name: 'permissions-added', about: user, application: whitehall.id, note: '(editor, signin)' },
        {
          kind: 'person',
          userId: admin.id,
          address: '2001:0db8:0:0:8:800:200c:417a',
          userAgent: 'Firefox/1 Windows',
        },
      ),
    )
    await record('account-suspended', user, 'by command')
    await record('two-step-exemption-ended', user, '', { kind: 'signon' })
    const { text } = await superadmin.get(`/users/${user.id}/event_logs`)
    match(text, /<h1[^>]*>Account access log for Traced<\/h1>/)
    match(
      text,
      /Permissions added for Whitehall by <a class="govuk-link" href="\/users\?filter=ana%2Bx%40example\.gov\.uk">Ana Admin<\/a> \(editor, signin\)/,
    )
    match(text, /2001:db8::8:800:200c:417a, Firefox on Windows/)
    match(text, /<th[^>]*>\s*IP address\s*<\/th>/)
    match(text, /Account suspended by test \(command\)/)
    match(text, /came to its end by Signon/)
    await test.rows('delete from users where id = $1', [admin.id])
    match((await superadmin.get(`/users/${user.id}/event_logs`)).text, /for Whitehall \(editor, signin\)/)
  })

  it('shows markup in names, notes and user agents as text (admin-ui 12, case 19)', async () => {
    const user = await test.user('<b>Bold</b>', { organisationId: home, email: 'bold@example.gov.uk' })
    const evil = await test.user('"><script>alert(2)</script>', { email: `o'neil"x@example.gov.uk` })
    await record('email-changed', user, '<script>alert(1)</script>', {
      kind: 'person',
      userId: evil.id,
      userAgent: 'Firefox/<script>alert(3)</script>',
    })
    const { text } = await superadmin.get(`/users/${user.id}/event_logs`)
    doesNotMatch(text, /<script>alert|<b>Bold/)
    match(text, /href="\/users\?filter=o%27neil%22x%40example\.gov\.uk"/)
  })

  it('EL-Q1; admin-ui 13, observation 6: leaves out what the reader may not see in the query, so that pages are full', async () => {
    const user = await test.user('Quiet', { organisationId: home })
    for (let number = 0; number < 120; number += 1)
      await record(number % 3 === 0 ? 'account-unlocked' : 'api-token-created', user, `note ${number} of all`)
    const manager = await signedInAs('organisation_admin', 'Manager')
    const address = `/users/${user.id}/event_logs`
    const pages = await readAll(manager, address)
    deepEqual(
      pages.map((text) => notesIn(text).length),
      [40],
    )
    doesNotMatch(pages.join(), /Access token/)
    deepEqual(
      (await readAll(superadmin, address)).map((text) => notesIn(text).length),
      [50, 50, 20],
    )
    // Asking for the kind that they are of shows them no more.
    equal(notesIn((await manager.get(`${address}?kind=tokens`)).text).length, 0)
    equal(notesIn((await superadmin.get(`${address}?kind=tokens`)).text).length, 50)
  })

  it('EL-Q11: sorts by time, then id, and loses nothing while events arrive', async () => {
    const user = await test.user('Busy', { organisationId: home })
    for (let number = 0; number < 120; number += 1) {
      if (number % 7 === 0) clock.step(1)
      await record('account-unlocked', user, `note ${number} of all`)
    }
    const pages = await readAll(superadmin, `/users/${user.id}/event_logs`, () =>
      record('account-unlocked', user, 'arrived meanwhile'),
    )
    deepEqual(
      pages.flatMap(notesIn),
      Array.from({ length: 120 }, (_, index) => String(119 - index)),
    )
  })

  it('is narrowed by kind and by days in the United Kingdom, and pages keep to that', async () => {
    const user = await test.user('Narrow', { organisationId: home })
    const address = `/users/${user.id}/event_logs`
    // 2027-06-30 23:30 in London is 22:30 in UTC.
    clock.step(Date.parse('2027-06-30T22:59:59Z') - clock.now().getTime())
    await record('role-changed', user, 'note 1 of all')
    clock.step(1000)
    for (let number = 0; number < 60; number += 1) await record('two-step-failed', user, 'note 2 of all')
    await record('role-changed', user, 'note 3 of all')
    clock.step(day)
    await record('role-changed', user, 'note 4 of all')
    const browser = await signedInAs('superadmin', 'Narrowing')
    const shown = async (query: string) =>
      (await readAll(browser, `${address}?${query}`)).flatMap(notesIn).join('').replace(/2{60}/, '2')
    equal(await shown(''), '4321')
    equal(await shown('kind=account'), '431')
    equal(await shown('kind=two-step'), '2')
    equal(await shown('from=2027-07-01'), '432')
    equal(await shown('to=2027-06-30'), '1')
    equal(await shown('from=2027-07-01&to=2027-07-01&kind=two-step'), '2')
    equal(await shown('kind=nonsense&kind=account'), '4321')
    match((await browser.get(`${address}?from=2020-01-01&to=2020-01-02`)).text, /No activity of this kind/)
  })

  it('says which day is wrong, keeps what was typed, and shows no events that were not asked for', async () => {
    const user = await test.user('Wrong days', { organisationId: home })
    const browser = await signedInAs('superadmin', 'Mistaken')
    await record('role-changed', user, 'note 1 of all')
    for (const [query, words] of [
      ['from=2026-02-30', /From must be a real date/],
      ['to=yesterday', /To must be a real date/],
      ['from=2026-11-03&to=2026-11-02', /To must be the same day as From, or later/],
      ['from=%3Cscript%3E', /value="&lt;script&gt;"/],
    ] as const) {
      const { status, text } = await browser.get(`/users/${user.id}/event_logs?${query}`)
      equal(status, 400, query)
      match(text, words)
      match(text, /<title>Error: /)
      deepEqual(notesIn(text), [])
    }
    equal((await browser.get(`/users/${user.id}/event_logs?before=x`)).status, 400)
  })
})
