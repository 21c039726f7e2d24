import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test

const parks = await test.organisation('Parks')
const trees = await test.organisation('Trees', { parents: [parks] })
const roads = await test.organisation('Roads')

/** An application with a permission called writer, of which these are delegated. */
const applicationOf = async (name: string, delegated: readonly string[]): Promise<TestApplication> => {
  const application = await test.application(name, { permissions: ['writer'] })
  await signon.single.grants.setFlags(application.id, { delegated, default: [] })
  return application
}
const none = await applicationOf('Nothing', [])
const signinOnly = await applicationOf('Doors', ['signin'])
const otherOnly = await applicationOf('Desks', ['writer'])
const applications = [none, signinOnly, otherOnly] as const

const superadmin = await test.user('Sue', { role: 'superadmin', twoStep: true })
const sue = await test.signedIn(superadmin)

const managers = ['super_organisation_admin', 'organisation_admin'] as const
let made = 0
const person = (name: string, options: Parameters<typeof test.user>[1] = {}): Promise<User> =>
  test.user(`${name} ${++made}`, { organisationId: parks, ...options })

const held = (user: User, { id }: TestApplication) => signon.single.grants.held(user.id, id)
const writerOf = async ({ id }: TestApplication) =>
  String(await signon.single.grants.findPermission(id, 'writer'))

/** What somebody does at these addresses: whether each worked, and whether the list offered it. */
const tries = (browser: TestBrowser, list: string, application: TestApplication) => {
  const base = `${list}/${application.id}`
  const offers = async (address: string) => (await browser.get(list)).text.includes(`"${base}${address}"`)
  const worked = async (address: string, fields: Readonly<Record<string, string>>) => {
    const isOffered = await offers(address)
    const { status } = await browser.post(`${base}${address}`, fields, list)
    equal(isOffered, status === 303, `${base}${address} is offered, and answers ${status}`)
    return status === 303 ? '✔' : '✘'
  }
  return {
    grant: () => worked('/signin_permission', {}),
    revoke: () => worked('/signin_permission/delete', {}),
    edit: async () => worked('/permissions/edit', { add: await writerOf(application) }),
    view: async () => {
      equal(await offers('/permissions'), true)
      return (await browser.get(`${base}/permissions`)).status === 200 ? '✔' : '✘'
    },
  }
}

/** Grant, revoke, edit and view, as the table in the reference has them. */
const cell = async (without: ReturnType<typeof tries>, having: ReturnType<typeof tries>): Promise<string> =>
  [await without.grant(), await having.view(), await having.edit(), await having.revoke()]
    .map((mark, place) => ({ mark, place }))
    .sort((one, other) => columnOf(one.place) - columnOf(other.place))
    .map(({ mark }) => mark)
    .join(' ')
// They are tried in the order grant, view, edit, revoke.
const columnOf = (place: number): number => [0, 3, 2, 1][place] ?? 0

const onOneself = async (role: User['role'], application: TestApplication): Promise<string> => {
  const outside = await test.signedIn(await person('Ola', { role, twoStep: true }))
  const inside = await test.signedIn(await person('Ivy', { role, twoStep: true, uses: [application] }))
  const own = '/account/applications'
  return cell(tries(outside, own, application), tries(inside, own, application))
}

const onAnother = async (
  role: User['role'],
  application: TestApplication,
  hasAccess: boolean,
): Promise<string> => {
  const uses = hasAccess ? [application] : []
  const browser = await test.signedIn(await person('Ada', { role, twoStep: true, uses }))
  const [ben, cat] = [await person('Ben'), await person('Cat', { uses: [application] })]
  const at = ({ id }: User) => tries(browser, `/users/${id}/applications`, application)
  return cell(at(ben), at(cat))
}

// reference/roles-and-permissions.md 3.10: grant, revoke, edit and view, by what is delegated.
describe('what is delegated (roles 8, case 6)', () => {
  for (const role of managers) {
    it(`decides what a ${role} does about their own access`, async () => {
      deepEqual(await Promise.all(applications.map((application) => onOneself(role, application))), [
        '✘ ✘ ✘ ✔',
        '✘ ✔ ✘ ✔',
        '✘ ✘ ✔ ✔',
      ])
    })

    it(`decides what a ${role} does for somebody else, with access to the application`, async () => {
      const cells = await Promise.all(applications.map((application) => onAnother(role, application, true)))
      deepEqual(cells, ['✘ ✘ ✘ ✔', '✔ ✔ ✘ ✔', '✘ ✘ ✔ ✔'])
    })

    it(`is nothing to a ${role} without access to the application`, async () => {
      const cells = await Promise.all(applications.map((application) => onAnother(role, application, false)))
      deepEqual(cells, ['✘ ✘ ✘ ✔', '✘ ✘ ✘ ✔', '✘ ✘ ✘ ✔'])
    })
  }

  for (const role of ['superadmin', 'admin'] as const)
    it(`does not matter to a ${role}`, async () => {
      const cells = await Promise.all([
        ...applications.map((application) => onOneself(role, application)),
        ...applications.map((application) => onAnother(role, application, true)),
        ...applications.map((application) => onAnother(role, application, false)),
      ])
      deepEqual(new Set(cells), new Set(['✔ ✔ ✔ ✔']))
    })
})

describe('the applications of a person', () => {
  it('stand in two tables, by name, without retired ones and those for machines', async () => {
    const old = await test.application('Attic')
    await signon.single.applications.retire(old.id)
    await test.application('Engine', { isApiOnly: true })
    const ben = await person('Bob', { uses: [otherOnly, old] })
    const { text } = await sue.get(`/users/${ben.id}/applications`)
    const [having = '', lacking = ''] = text.split(`Apps ${ben.name} does not have access to`)
    match(having, new RegExp(`Apps ${ben.name} has access to`))
    match(having, /<th scope="row"[^>]*>Desks<\/th>/)
    match(lacking, />Doors<[\s\S]*>Nothing</)
    doesNotMatch(text, /Attic|Engine/)
    match(text, /Remove<span class="govuk-visually-hidden"> access to Desks<\/span>/)
    match(text, /Grant<span class="govuk-visually-hidden"> access to Doors<\/span>/)
    match(text, /View<span class="govuk-visually-hidden"> permissions for Desks<\/span>/)
    match(text, /Update<span class="govuk-visually-hidden"> permissions for Desks<\/span>/)
    match((await sue.get('/account/applications')).text, /Apps you don’t have access to/)
  })

  it('have no link to update where there is nothing to change, but one to view (roles 8, case 14)', async () => {
    const plain = await test.application('Plain', { permissions: ['hidden'] })
    await test.rows(`update permissions set is_grantable_from_ui = false where name = 'hidden'`)
    const ben = await person('Bea', { uses: [plain] })
    const { text } = await sue.get(`/users/${ben.id}/applications`)
    match(text, /View<span class="govuk-visually-hidden"> permissions for Plain/)
    doesNotMatch(text, /Update<span class="govuk-visually-hidden"> permissions for Plain/)
  })

  it('are escaped, whatever they are called', async () => {
    const name = '<b>Bold</b> "quoted"'
    const bold = await test.application(name, {
      redirectUris: ['https://bold.example/'],
      permissions: ['<i>'],
    })
    const ben = await test.user('<u>Ben</u>', { email: 'u@example.gov.uk', uses: [bold] })
    for (const page of [
      '',
      `/${bold.id}/permissions`,
      `/${bold.id}/permissions/edit`,
      `/${bold.id}/signin_permission/delete`,
    ])
      doesNotMatch((await sue.get(`/users/${ben.id}/applications${page}`)).text, /<b>|<u>|<i>/)
    await sue.post(`/users/${ben.id}/applications/${bold.id}/signin_permission`, {}, '/account')
    const { text } = await sue.get(`/users/${ben.id}/applications`)
    match(text, /&lt;u&gt;Ben&lt;\/u&gt; has been granted access to &lt;b&gt;/)
    await test.rows('delete from applications where id = $1', [bold.id])
  })

  it('are nobody’s business but that of administrators in reach', async () => {
    const list = ({ id }: User) => `/users/${id}/applications`
    const [ben, far, below] = [
      await person('Ben', { uses: [signinOnly] }),
      await person('Far', { organisationId: roads, uses: [signinOnly] }),
      await person('Low', { organisationId: trees, uses: [signinOnly] }),
    ]
    const uses = { uses: [signinOnly], twoStep: true } as const
    const oa = await test.signedIn(await person('Oz', { role: 'organisation_admin', ...uses }))
    const soa = await test.signedIn(await person('Sol', { role: 'super_organisation_admin', ...uses }))
    const normal = await test.signedIn(ben)
    const boss = await person('Bo', { role: 'admin' })
    const machine = await test.machine('Robot', signinOnly)
    const statuses = async (browser: TestBrowser, user: User) => {
      const base = `${list(user)}/${signinOnly.id}`
      const gets = ['/permissions', '/permissions/edit', '/signin_permission/delete'].map(
        (page) => base + page,
      )
      const posts = ['/permissions/edit', '/signin_permission', '/signin_permission/delete'].map(
        (page) => base + page,
      )
      const found = [list(user), ...gets].map(async (page) => (await browser.get(page)).status)
      const sent = posts.map(async (page) => (await browser.post(page, {}, '/account')).status)
      return new Set([...(await Promise.all(found)), ...(await Promise.all(sent))])
    }
    for (const [browser, user, status] of [
      [oa, far, 404],
      [oa, below, 404],
      [soa, far, 404],
      [oa, boss, 404],
      [soa, superadmin, 404],
      [sue, machine.user, 404],
      [oa, { ...ben, id: 999_999_999 as User['id'] }, 404],
      [normal, far, 403],
      [normal, ben, 403],
    ] as const)
      deepEqual(await statuses(browser, user), new Set([status]), `${user.name}: ${status}`)
    equal((await soa.get(list(below))).status, 200)
    equal((await sue.get('/users/x/applications')).status, 404)
    deepEqual(await held(far, signinOnly), ['signin'])
    deepEqual([await test.events(far.uid), await test.events(machine.user.uid)], [[], []])
  })

  it('of one’s own have pages of their own, which normal people lack (roles 8, case 1)', async () => {
    const base = `/users/${superadmin.id}/applications`
    await test.grant(superadmin, otherOnly, 'signin')
    for (const page of [
      '',
      `/${otherOnly.id}/permissions`,
      `/${otherOnly.id}/permissions/edit`,
      `/${otherOnly.id}/signin_permission/delete`,
    ]) {
      const { status, location } = await sue.get(`${base}${page}`)
      deepEqual([status, location], [302, `/account/applications${page}`])
      equal((await sue.get(location)).status, 200, location)
    }
    const normal = await test.signedIn(await person('Nia', { uses: [signinOnly] }))
    const own = `/account/applications/${signinOnly.id}`
    for (const page of [
      '/account/applications',
      `${own}/permissions`,
      `${own}/permissions/edit`,
      `${own}/signin_permission/delete`,
    ])
      equal((await normal.get(page)).status, 403, page)
    equal((await normal.post(`${own}/signin_permission/delete`, {}, '/account')).status, 403)
  })

  it('by one’s own id are given by the rules for oneself', async () => {
    const manager = await person('Max', { role: 'organisation_admin', twoStep: true })
    const browser = await test.signedIn(manager)
    const address = `/users/${manager.id}/applications/${signinOnly.id}/signin_permission`
    equal((await browser.post(address, {}, '/account')).status, 403)
    deepEqual(await held(manager, signinOnly), [])
  })
})

describe('granting access', () => {
  it('lets a person in, says so, records it and tells the application, once', async () => {
    const ben = await person('Gil')
    const list = `/users/${ben.id}/applications`
    const before = await test.jobs()
    const address = `${list}/${signinOnly.id}/signin_permission`
    const answers = await Promise.all([1, 2, 3].map(() => sue.post(address, {}, list)))
    deepEqual(
      answers.map(({ status, location }) => `${status} ${location}`),
      [`303 ${list}`, `303 ${list}`, `303 ${list}`],
    )
    match((await sue.get(list)).text, new RegExp(`${ben.name} has been granted access to Doors\\.`))
    deepEqual(await test.events(ben.uid), [35])
    deepEqual((await test.jobs()).slice(before.length), ['announce-user'])
    await sue.post(`/account/applications/${signinOnly.id}/signin_permission`, {}, '/account/applications')
    match((await sue.get('/account/applications')).text, /You have been granted access to Doors\./)
  })

  it('is for applications that people use (roles 8, case 15; roles 9, observation 17)', async () => {
    const old = await test.application('Loft')
    await signon.single.applications.retire(old.id)
    const machines = await test.application('Pump', { isApiOnly: true })
    const ben = await person('Hal')
    await test.grant(ben, old, 'signin')
    await test.grant(ben, machines, 'signin')
    for (const list of [`/users/${ben.id}/applications`, '/account/applications'])
      for (const id of [old.id, machines.id, 999_999_999, 'x']) {
        equal((await sue.post(`${list}/${id}/signin_permission`, {}, list)).status, 404)
        equal((await sue.post(`${list}/${id}/signin_permission/delete`, {}, list)).status, 404)
        for (const page of ['permissions', 'permissions/edit', 'signin_permission/delete'])
          equal((await sue.get(`${list}/${id}/${page}`)).status, 404)
      }
    deepEqual([await held(ben, old), await held(superadmin, machines)], [['signin'], []])
  })
})

describe('removing access', () => {
  it('lists what goes with it, ends codes and tokens at once, and leaves other applications alone', async () => {
    const ben = await person('Kim', { uses: [signinOnly, otherOnly] })
    await test.grant(ben, signinOnly, 'writer')
    const browser = test.browser()
    await browser.signIn(ben.email)
    const tokenFor = async (application: TestApplication) => {
      const client = testClient(test.url, application)
      return String((await client.exchange(await client.codeFor(browser))).body['access_token'])
    }
    const [mine, other] = [await tokenFor(signinOnly), await tokenFor(otherOnly)]
    const client = testClient(test.url, signinOnly)
    const code = await client.codeFor(browser)

    const list = `/users/${ben.id}/applications`
    const address = `${list}/${signinOnly.id}/signin_permission/delete`
    const asked = (await sue.get(address)).text
    match(asked, new RegExp(`<h1[^>]*>Remove ${ben.name}’s access to Doors</h1>`))
    match(asked, /will be removed as well:[\s\S]*<li[^>]*>writer<\/li>/)
    match(asked, new RegExp(`href="/users/${ben.id}/edit">Cancel`))
    equal((await sue.post(address, {})).location, list)
    match((await sue.get(list)).text, new RegExp(`${ben.name}’s access to Doors has been removed\\.`))
    deepEqual([await held(ben, signinOnly), await held(ben, otherOnly)], [[], ['signin']])
    const removed = await test.rows('select note from events where about_uid = $1 and number = 36', [ben.uid])
    deepEqual(removed, [{ note: '(signin, writer)' }])

    await test.grant(ben, signinOnly, 'signin')
    equal((await client.exchange(code)).status, 400)
    equal((await client.userInfo(mine)).status, 401)
    equal((await testClient(test.url, otherOnly).userInfo(other)).status, 200)
  })

  it('leaves what the administrator may not take dormant, and says which before (roles 9, observation 5)', async () => {
    const ben = await person('Lou', { uses: [signinOnly] })
    await test.grant(ben, signinOnly, 'writer')
    const uses = { uses: [signinOnly], role: 'organisation_admin', twoStep: true } as const
    const browser = await test.signedIn(await person('Moe', uses))
    const address = `/users/${ben.id}/applications/${signinOnly.id}/signin_permission/delete`
    const asked = (await browser.get(address)).text
    match(asked, /You cannot remove these permissions\.[\s\S]*<li[^>]*>writer<\/li>/)
    doesNotMatch(asked, /will be removed as well/)
    equal((await browser.post(address, {})).status, 303)
    deepEqual(await held(ben, signinOnly), ['writer'])
    deepEqual(await test.events(ben.uid), [36])
  })

  it('never takes what no page shows', async () => {
    const ben = await person('Pat', { uses: [otherOnly] })
    await signon.single.grants.addPermission(otherOnly.id, {
      name: 'secret',
      isDelegated: true,
      isDefault: false,
      isGrantableFromUi: false,
    })
    await test.grant(ben, otherOnly, 'writer', 'secret')
    await sue.post(`/users/${ben.id}/applications/${otherOnly.id}/signin_permission/delete`, {})
    deepEqual(await held(ben, otherOnly), ['secret'])
  })

  it('of somebody without access is not found, not even for a superadmin (roles 8, case 2)', async () => {
    const ben = await person('Ray')
    await test.grant(ben, signinOnly, 'writer')
    const list = `/users/${ben.id}/applications`
    for (const page of ['permissions', 'permissions/edit', 'signin_permission/delete'])
      equal((await sue.get(`${list}/${signinOnly.id}/${page}`)).status, 404, page)
    equal((await sue.post(`${list}/${signinOnly.id}/signin_permission/delete`, {}, list)).status, 404)
    const add = { add: await writerOf(signinOnly) }
    equal((await sue.post(`${list}/${signinOnly.id}/permissions/edit`, add, list)).status, 404)
    deepEqual([await held(ben, signinOnly), await test.events(ben.uid)], [['writer'], []])
  })

  it('by two at once happens once', async () => {
    const ben = await person('Tom', { uses: [signinOnly] })
    const address = `/users/${ben.id}/applications/${signinOnly.id}/signin_permission/delete`
    const answers = await Promise.all([1, 2, 3].map(() => sue.post(address, {}, '/account')))
    deepEqual(answers.map(({ status }) => status).sort(), [303, 404, 404])
    deepEqual(await test.events(ben.uid), [36])
  })

  it('of oneself is the last thing that a manager does there', async () => {
    const manager = await person('Una', { role: 'organisation_admin', twoStep: true, uses: [signinOnly] })
    const browser = await test.signedIn(manager)
    const own = `/account/applications/${signinOnly.id}/signin_permission`
    match((await browser.get(`${own}/delete`)).text, /<h1[^>]*>Remove access to Doors<\/h1>/)
    equal((await browser.post(`${own}/delete`, {})).location, '/account/applications')
    match((await browser.get('/account/applications')).text, /Your access to Doors has been removed\./)
    equal((await browser.post(own, {}, '/account/applications')).status, 403)
    const ben = await person('Vic')
    const other = `/users/${ben.id}/applications/${signinOnly.id}/signin_permission`
    equal((await browser.post(other, {}, '/account')).status, 403)
    deepEqual([await held(manager, signinOnly), await held(ben, signinOnly)], [[], []])
  })
})
