import { deepEqual, doesNotMatch, equal, match, notEqual } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roles } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const logLines: string[] = []
const test = await startSignon({ logLines })
const { signon } = test

const olga = await test.user('Olga', { role: 'superadmin', twoStep: true })
const browser = await test.signedIn(olga)

type Field = readonly [string, string]

/** What stands in the form of an application, unless a test says otherwise. */
const form = (fields: Readonly<Record<string, string>>, options = ['push', 'pkce']): readonly Field[] => [
  ...Object.entries({
    redirect_uris: 'https://app.example.gov.uk/auth/gds/callback',
    description: '',
    home_uri: '',
    push_uri: '',
    ...fields,
  }).map(([name, value]) => [`application[${name}]`, value] as const),
  ...options.map((option) => ['application[options]', option] as const),
]

const create = (fields: Readonly<Record<string, string>>, options?: string[]) =>
  browser.post('/applications/new', form(fields, options))

const edit = (id: number, fields: Readonly<Record<string, string>>, who: TestBrowser = browser) =>
  who.post(`/applications/${id}/edit`, form(fields))

interface Stored {
  readonly id: number
  readonly name: string
  readonly redirect_uris: readonly string[]
  readonly push_uri: string | null
  readonly is_gds_only: boolean
  readonly requires_pkce: boolean
}

const stored = (name: string) =>
  test.rows<Stored>('select * from applications where lower(name) = lower($1)', [name])

const eventsOf = async (id: number) =>
  (
    await test.rows<{ number: number; note: string | null }>(
      'select number, note from events where application_id = $1 order by id',
      [id],
    )
  ).map(({ number, note }) => [number, note])

/** The secret in a page that shows one. */
const secretIn = (text: string): string =>
  /id="client-secret"[^>]* value="([\w-]{43})"/.exec(text)?.[1] ?? 'none'

const isGood = async (clientId: string, secret: string): Promise<boolean> =>
  (await signon.single.applications.authenticate(clientId, secret)) !== undefined

/** Everything that was kept or written down, but for what is meant to hold the hash. */
const traces = async () =>
  JSON.stringify([
    await test.rows('select * from events'),
    await test.rows('select * from graphile_worker._private_jobs'),
    logLines,
    [...browser.cookies],
  ])

describe('the pages about applications', () => {
  it('are for superadmins only, each of them', async () => {
    const application = await test.application('Guarded')
    const [permission] = await test.rows<{ id: number }>(
      'select id from permissions where application_id = $1',
      [application.id],
    )
    const one = `/applications/${application.id}`
    const all = [
      '/applications',
      '/applications/new',
      '/doorkeeper_applications',
      ...['edit', 'retirement', 'secret', 'users_with_access', 'access_logs', 'monthly_access_stats'].map(
        (page) => `${one}/${page}`,
      ),
      ...['', '/new', `/${permission?.id}/edit`, `/${permission?.id}/confirm_destroy`].map(
        (page) => `${one}/supported_permissions${page}`,
      ),
    ]
    const forms = all.filter((path) => /new$|edit$|retirement$|secret$|confirm_destroy$/.test(path))
    equal(forms.length, 7)
    const organisationId = await test.organisation('Office')
    for (const role of roles.filter((one) => one !== 'superadmin')) {
      const other = await test.signedIn(
        await test.user(`Mallory ${role}`, { role, twoStep: true, organisationId }),
      )
      for (const path of all) equal((await other.get(path)).status, 403, `${role} ${path}`)
      for (const path of forms) equal((await other.post(path, {}, '/')).status, 403, `${role} ${path}`)
    }
    for (const path of all) equal((await test.browser().get(path)).location, '/users/sign_in', path)
    deepEqual(await eventsOf(application.id), [])
  })

  it('are found at the addresses that they had before, and nowhere else', async () => {
    for (const [before, after] of [
      ['/doorkeeper_applications', '/applications'],
      ['/doorkeeper_applications/3/edit', '/applications/3/edit'],
      [
        '/doorkeeper_applications/3/access_logs?month=2026-03&include_smokey_users=true',
        '/applications/3/access_logs?month=2026-03&include_test_accounts=true',
      ],
      ['/doorkeeper_applications//evil.example', '/applications//evil.example'],
    ] as const) {
      const answer = await browser.get(before)
      deepEqual([answer.status, answer.location], [301, after])
    }
  })

  it('answer 404 to numbers of nothing', async () => {
    for (const id of ['0', '-1', '99999999', '99999999999', 'x', '1e3', '%00'])
      for (const page of ['edit', 'secret', 'retirement', 'users_with_access', 'access_logs'])
        equal([404, 400].includes((await browser.get(`/applications/${id}/${page}`)).status), true, id)
  })

  it('list applications in three tabs, by name, with markup as text (admin-ui 12, case 16)', async () => {
    await test.application('zebra <b>')
    await test.application('Aardvark')
    await test.application('Machines', { isApiOnly: true })
    const gone = await test.application('Bygone')
    await browser.post(`/applications/${gone.id}/retirement`, {})
    const { text } = await browser.get('/applications')
    const [, active = '', apiOnly = '', retired = ''] = text.split('class="govuk-tabs__panel')
    match(active, /Aardvark[\s\S]*zebra &lt;b&gt;/)
    match(apiOnly, /Machines/)
    match(retired, /Bygone/)
    doesNotMatch(active, /Machines|Bygone/)
    doesNotMatch(text, /zebra <b>/)
  })
})

describe('creating an application', () => {
  it('shows its client id and its secret once, and leaves the secret nowhere (admin-ui 13, observation 12)', async () => {
    const page = await create({ name: 'Fresh', push_uri: 'https://push.example.gov.uk/x' }, ['gds_only'])
    equal(page.status, 200)
    equal(page.headers.get('cache-control'), 'no-store')
    equal(page.headers.get('referrer-policy'), 'no-referrer')
    match(page.text, /only time that you see the secret/)
    const secret = secretIn(page.text)
    const [application] = await stored('Fresh')
    const clientId = /id="client-id"[^>]* value="([\w-]{43})"/.exec(page.text)?.[1] ?? ''
    equal(await isGood(clientId, secret), true)
    deepEqual(
      [application?.push_uri, application?.is_gds_only, application?.requires_pkce],
      ['https://push.example.gov.uk/x', true, false],
    )
    deepEqual(await eventsOf(application?.id ?? 0), [[53, null]])
    equal((await traces()).includes(secret), false)
    for (const next of [
      `/applications/${application?.id}/edit`,
      '/applications',
      `/applications/${application?.id}/secret`,
    ])
      equal((await browser.get(next)).text.includes(secret), false, next)
  })

  it('is not repeated when the answer is loaded again: the name is taken, in any case', async () => {
    await create({ name: 'Once' })
    for (const name of ['Once', ' ONCE ']) {
      const again = await create({ name, description: 'kept <i>' })
      equal(again.status, 422)
      match(again.text, /There is already an application called once\./i)
      match(again.text, /value="kept &lt;i&gt;"/)
      equal(secretIn(again.text), 'none')
    }
    equal((await stored('Once')).length, 1)
  })

  it('once, even when two do it at the same moment', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => create({ name: 'Hurried' })))
    deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422])
  })

  it('says everything that is wrong beside its field, and keeps what was typed', async () => {
    const page = await create({
      name: ' ',
      description: 'd'.repeat(1001),
      redirect_uris: 'https://good.example/cb\r\nhttp://plain.example/cb\r\n"><script>alert(1)</script>',
      home_uri: 'javascript:alert(1)',
      push_uri: 'https://user:word@push.example',
    })
    equal(page.status, 422)
    match(page.text, /<title>\s*Error: Create application/)
    for (const fault of [
      /<a href="#name">Enter a name/,
      /<a href="#description">Description must be 1,000 characters or less/,
      /<a href="#redirectUris">http:\/\/plain\.example\/cb: The redirect address must begin with https\./,
      /<a href="#homeUri">The home address must be a full https address/,
      /<a href="#pushUri">The push address must be a full https address/,
    ])
      match(page.text, fault)
    match(page.text, /&lt;script&gt;alert/)
    doesNotMatch(page.text, /<script>alert/)
    match(page.text, /<textarea[^>]*>https:\/\/good\.example\/cb\nhttp:\/\/plain/)
    match(page.text, /value="https:\/\/user:word@push\.example"/)
  })

  it('takes from 1 to 20 redirect addresses, each once, one on a line', async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => `https://app.example/${index}`).join('\n')
    match((await create({ name: 'None', redirect_uris: ' \r\n\n' })).text, /Enter a redirect address/)
    match((await create({ name: 'Many', redirect_uris: lines(21) })).text, /20 redirect addresses at most/)
    deepEqual([await stored('None'), await stored('Many')], [[], []])
    equal((await create({ name: 'Twenty', redirect_uris: `${lines(20)}\n\n ${lines(3)}\r` })).status, 200)
    equal((await stored('Twenty'))[0]?.redirect_uris.length, 20)
    equal((await create({ name: 'One', redirect_uris: lines(1) })).status, 200)
  })

  it('takes no redirect address that another place could be made of', async () => {
    for (const uri of [
      'https://good.example@evil.example/cb',
      'https://good.example\\@evil.example/cb',
      'https:evil.example/cb',
      '//evil.example/cb',
      'https://good.example/cb#x',
      'https://good.example/cb https://evil.example/cb',
      'https://good.example/\tcb',
      'https://gооd.example/cb',
      'https://good.example/%zz',
      'data:text/html,x',
      'urn:ietf:wg:oauth:2.0:oob',
      'http://127.0.0.1.evil.example/cb',
      'http://localhost.evil.example/cb',
      `https://good.example/${'x'.repeat(2048)}`,
    ]) {
      const page = await create({ name: 'Tricked', redirect_uris: uri })
      equal(page.status, 422, uri)
    }
    deepEqual(await stored('Tricked'), [])
  })

  it('needs the token of its form', async () => {
    const body = new URLSearchParams(form({ name: 'Forged' }) as [string, string][])
    equal((await browser.send('/applications/new', { method: 'POST', body })).status, 422)
    deepEqual(await stored('Forged'), [])
  })
})

describe('changing an application', () => {
  it('says what was changed, from what to what, and keeps the rest', async () => {
    await create({ name: 'Old name' })
    const id = (await stored('Old name'))[0]?.id ?? 0
    const answer = await edit(id, {
      name: 'New name',
      home_uri: 'https://home.example',
      redirect_uris: 'https://new.example/cb',
    })
    deepEqual([answer.status, answer.location], [303, `/applications/${id}/edit`])
    match((await browser.get(answer.location)).text, /Successfully updated New name\./)
    deepEqual(await eventsOf(id), [
      [53, null],
      [
        72,
        'name from ‘Old name’ to ‘New name’; home url from nothing to ‘https://home.example’; redirect addresses added: https://new.example/cb, removed: https://app.example.gov.uk/auth/gds/callback',
      ],
    ])
    await edit(id, {
      name: 'New name',
      home_uri: 'https://home.example',
      redirect_uris: 'https://new.example/cb',
    })
    equal((await eventsOf(id)).length, 2)
  })

  it('refuses the name of another, in any case', async () => {
    await create({ name: 'Taken' })
    await create({ name: 'Wanting' })
    const id = (await stored('Wanting'))[0]?.id ?? 0
    const page = await edit(id, { name: 'tAKEN' })
    equal(page.status, 422)
    match(page.text, /There is already an application called tAKEN\./)
    match(page.text, /Edit Wanting/)
    equal((await edit(id, { name: 'WANTING' })).status, 303)
  })

  it('tells the second of two who change it what the first did, and loses nothing of what they typed', async () => {
    await create({ name: 'Shared' })
    const id = (await stored('Shared'))[0]?.id ?? 0
    const version = /name="version" value="([^"]+)"/.exec(
      (await browser.get(`/applications/${id}/edit`)).text,
    )?.[1]
    await edit(id, { name: 'Shared', description: 'by the first' })

    const late = (fields: Readonly<Record<string, string>>, seen = version) =>
      browser.post(
        `/applications/${id}/edit`,
        [...form(fields), ['version', seen ?? '']],
        '/applications/new',
      )
    const page = await late({ name: 'Shared', description: 'by the second' })
    equal(page.status, 409)
    match(
      page.text,
      /Description: somebody else changed this while you had the page open\. It is now ‘by the first’\./,
    )
    match(page.text, /value="by the second"/)
    doesNotMatch(page.text, /href="#name"/)
    equal((await eventsOf(id)).length, 2)

    const newer = /name="version" value="([^"]+)"/.exec(page.text)?.[1]
    equal((await late({ name: 'Shared', description: 'by the second' }, newer)).status, 303)
    for (const crafted of ['', '.........', `${newer}.x`.slice(3)])
      equal((await late({ name: 'Shared' }, crafted)).status, 409, crafted)
  })

  it('by two at the same moment is done by one of them', async () => {
    await create({ name: 'Contested' })
    const id = (await stored('Contested'))[0]?.id ?? 0
    const page = await browser.get(`/applications/${id}/edit`)
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const send = (description: string) => {
      const body = new URLSearchParams(form({ name: 'Contested', description }) as [string, string][])
      for (const [, name = '', value = ''] of hidden) body.set(name, value)
      return browser.send(`/applications/${id}/edit`, { method: 'POST', body })
    }
    const answers = await Promise.all(['one', 'two', 'three'].map(send))
    deepEqual(answers.map(({ status }) => status).sort(), [303, 409, 409])
    equal((await eventsOf(id)).length, 2)
  })

  it('gives it the permission that pushes need, which nobody else may give', async () => {
    await create({ name: 'Quiet' }, [])
    const id = (await stored('Quiet'))[0]?.id ?? 0
    await edit(id, { name: 'Quiet' })
    const permissions = await test.rows(
      'select name, is_grantable_from_ui as shown from permissions where application_id = $1 order by id',
      [id],
    )
    deepEqual(permissions, [
      { name: 'signin', shown: true },
      { name: 'user_update_permission', shown: false },
    ])
  })
})

describe('retiring an application', () => {
  it('says whom it concerns, stops it at once, and is undone', async () => {
    const application = await test.application('Leaving')
    await test.user('Uma', { uses: [application] })
    await test.user('Una', { uses: [application] })
    await test.machine('Robot', application)
    const path = `/applications/${application.id}/retirement`
    const page = await browser.get(path)
    match(page.text, /2 people will not be able to sign in to it any more/)
    match(page.text, /1 API token and its secret will be refused/)

    equal((await browser.post(path, {})).location, `/applications/${application.id}/edit`)
    equal(await isGood(application.clientId, application.clientSecret), false)
    match(
      (await browser.get(`/applications/${application.id}/edit`)).text,
      /Leaving has been retired\.[\s\S]*was retired at/,
    )
    equal((await browser.get(`/applications/${application.id}/secret`)).status, 409)
    match((await browser.get(path)).text, /Bring Leaving back[\s\S]*2 people will be able to sign in to it/)

    await browser.post(path, {})
    equal(await isGood(application.clientId, application.clientSecret), true)
    deepEqual(
      (await eventsOf(application.id)).map(([number]) => number),
      [54, 73],
    )
    equal((await browser.post(path, { what: 'restore' }, '/applications/new')).status, 409)
    equal((await browser.post(path, { what: 'burn' }, '/applications/new')).status, 400)
  })
})

describe('the secret of an application', () => {
  const pathOf = ({ id }: { readonly id: number }) => `/applications/${id}/secret`
  const versionIn = (text: string): string => /name="version" value="([^"]+)"/.exec(text)?.[1] ?? ''
  const press = (path: string, what: string, version: string) =>
    browser.post(path, { what, version }, '/applications/new')

  it('is rotated, shown once, and the old one is good until it is ended', async () => {
    const application = await test.application('Turning')
    const path = pathOf(application)
    doesNotMatch((await browser.get(path)).text, /End old secret/)
    const page = await press(path, 'rotate', versionIn((await browser.get(path)).text))
    deepEqual([page.status, page.headers.get('cache-control')], [200, 'no-store'])
    const second = secretIn(page.text)
    notEqual(second, application.clientSecret)
    const good = () =>
      Promise.all([application.clientSecret, second].map((secret) => isGood(application.clientId, secret)))
    deepEqual(await good(), [true, true])

    const two = (await browser.get(path)).text
    match(two, /the old one ends at once when you rotate/)
    equal((await press(path, 'end-old', versionIn(two))).location, path)
    deepEqual(await good(), [false, true])
    match((await browser.get(path)).text, /The old secret of Turning has ended\./)
    deepEqual(
      (await eventsOf(application.id)).map(([number]) => number),
      [55, 81],
    )
    equal((await press(path, 'end-old', versionIn(two))).status, 409)
    equal((await traces()).includes(second), false)
  })

  it('is not rotated again when the answer is loaded again, nor by two at the same moment', async () => {
    const application = await test.application('Twice')
    const path = pathOf(application)
    const version = versionIn((await browser.get(path)).text)
    const answers = await Promise.all([1, 2, 3].map(() => press(path, 'rotate', version)))
    deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409])
    equal((await press(path, 'rotate', version)).status, 409)
    equal((await press(path, 'end-old', version)).status, 409)
    equal(await isGood(application.clientId, application.clientSecret), true)
    deepEqual(
      (await eventsOf(application.id)).map(([number]) => number),
      [55],
    )
  })
})
