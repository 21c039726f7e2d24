import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Role } from '#domain/user.ts'
import { strangeToken } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'
import { suspendApiUser } from './suspend-api-user.ts'

const test = await startSignon()
const { signon } = test

const api = await test.application('Publishing API', { permissions: ['import'] })
const superadmin = await test.user('Sue', { role: 'superadmin', twoStep: true })
const browser = await test.signedIn(superadmin)
const { user: robot, tokenId } = await test.machine('Robot', api)

/** Every page and form of an API user, and what its form holds. */
const pages = (
  id: number,
  token: number,
): readonly (readonly [string, Readonly<Record<string, string>>?])[] => [
  [`/api_users/${id}/edit`],
  [`/api_users/${id}/name/edit`, { 'api_user[name]': 'Other', was: 'Robot' }],
  [`/api_users/${id}/email/edit`, { 'api_user[email]': 'other@example.gov.uk', was: robot.email }],
  [`/api_users/${id}/suspension/edit`, { 'user[suspended]': '1', 'user[reason_for_suspension]': 'x' }],
  [`/api_users/${id}/manage_tokens`],
  [`/api_users/${id}/authorisations/new`, { 'authorisation[application_id]': String(api.id) }],
  [`/api_users/${id}/authorisations/${token}/replace`, { 'authorisation[days]': '10' }],
  [`/api_users/${id}/authorisations/${token}/edit`, {}],
  [`/api_users/${id}/applications`],
  [`/api_users/${id}/applications/${api.id}/permissions/edit`, {}],
]

const everything = () =>
  test.rows(
    `select u.name, u.email, u.suspended_at, t.id, t.revoked_at, g.permission_id
     from users u left join api_tokens t on t.user_id = u.id left join grants g on g.user_id = u.id order by 1, 2, 4, 6`,
  )

describe('who looks after API users', () => {
  const others: readonly Role[] = ['admin', 'super_organisation_admin', 'organisation_admin', 'normal']
  for (const role of others)
    it(`is not a person of the role ${role}`, async () => {
      const organisationId = await test.organisation(`Of ${role}`)
      const person = await test.user(`A ${role}`, { role, organisationId, twoStep: true })
      const theirs = await test.signedIn(person)
      const before = await everything()
      const new_ = [
        '/api_users/new',
        { 'api_user[name]': 'X', 'api_user[email]': 'x@example.gov.uk' },
      ] as const
      for (const [path, fields] of [['/api_users'], new_, ...pages(robot.id, tokenId)] as const) {
        equal((await theirs.get(path)).status, 403, path)
        if (fields) equal((await theirs.post(path, fields, '/account')).status, 403, path)
      }
      deepEqual(await everything(), before)
    })

  it('is nobody without a session', async () => {
    equal((await test.browser().get('/api_users')).location, '/users/sign_in')
  })

  it('roles 9, observation 1: reaches no people here, and no API user among people', async () => {
    const ben = await test.user('Ben')
    const admin = await test.user('Admin', { role: 'admin', twoStep: true })
    const before = await everything()
    for (const id of [ben.id, 999_999])
      for (const [path, fields] of pages(id, tokenId)) {
        equal((await browser.get(path)).status, 404, path)
        const key = { request_key: 'k'.repeat(43) }
        if (fields) equal((await browser.post(path, { ...fields, ...key }, '/account')).status, 404, path)
      }
    for (const theirs of [browser, await test.signedIn(admin)])
      for (const path of [`/users/${robot.id}/edit`, `/users/${robot.id}/name/edit`])
        equal((await theirs.get(path)).status, 404, path)
    deepEqual(await everything(), before)
  })

  it('is told that addresses which are none lead nowhere', async () => {
    for (const id of ['0', '-1', '1e1', '01', 'x', '99999999999', '%20'])
      equal((await browser.get(`/api_users/${id}/edit`)).status, 404, id)
  })
})

describe('the list of API users', () => {
  it('admin-ui 13, observation 21: shows machines only, with their applications, and finds them by name and address', async () => {
    const retired = await test.application('Gone app')
    await test.machine('Old hand', retired)
    await signon.single.applications.retire(retired.id)
    const { text } = await browser.get('/api_users')
    match(text, /Robot<\/a>[\s\S]*robot@machines[\s\S]*Publishing API/)
    match(text, /href="\/api_users\/new"[^>]*>\s*Create API user/)
    doesNotMatch(text, /sue@example|Gone app/)

    match((await browser.get('/api_users?filter=OLD+ha')).text, /1 API user found/)
    match((await browser.get('/api_users?filter=robot%40mach')).text, /Robot<\/a>/)
    for (const nothing of ['%25', '_', '%5C', 'sue%40example'])
      match((await browser.get(`/api_users?filter=${nothing}`)).text, /No API user has this/)
  })

  it('shows names as text', async () => {
    await test.machine('<b>Bold</b>', api)
    const { text } = await browser.get('/api_users?filter=%3Cb%3E')
    match(text, /&lt;b&gt;Bold/)
    doesNotMatch(text, /<b>Bold/)
  })
})

describe('creating an API user', () => {
  it('goes by the words of the manual, to its page', async () => {
    const made = await browser.post('/api_users/new', {
      'api_user[name]': ' Search index ',
      'api_user[email]': ' Search.Team@Example.gov.uk ',
    })
    equal(made.status, 303)
    const { text } = await browser.get(made.location)
    match(text, /Successfully created API user/)
    match(text, /<h1[^>]*>Search index<\/h1>/)
    match(text, /search\.team@example\.gov\.uk/)
    match(text, /Add application token/)
    const [row] = await test.rows<{ uid: string; kind: string }>(
      `select uid, kind from users where email = 'search.team@example.gov.uk'`,
    )
    equal(row?.kind, 'machine')
    deepEqual(await test.events(row?.uid), [27])
    const [event] = await test.rows('select actor_id, host(address) as address from events where number = 27')
    deepEqual(event, { actor_id: superadmin.id, address: '127.0.0.1' })
  })

  it('says what is wrong beside the fields, and keeps what was typed', async () => {
    const cases = [
      ['', '', [/Enter a name/, /Enter an email address/]],
      ['Kept', robot.email, [/There is already an account for robot@/, /value="Kept"/]],
      ['Kept', superadmin.email, [/There is already an account for sue@/]],
      ['x'.repeat(256), 'x', [/255 characters or less/, /correct format/]],
    ] as const
    for (const [name, email, words] of cases) {
      const page = await browser.post('/api_users/new', { 'api_user[name]': name, 'api_user[email]': email })
      equal(page.status, 422)
      match(page.text, /<title>\s*Error: Create new API user/)
      match(page.text, /There was a problem with your new API user/)
      for (const word of words) match(page.text, word)
    }
  })
})

describe('changing an API user', () => {
  const path = (id: number, field: string) => `/api_users/${id}/${field}/edit`

  it('changes the name and the address at once, without a mail, and records both', async () => {
    const { user } = await test.machine('Changeling', api)
    equal((await browser.post(path(user.id, 'name'), { 'api_user[name]': ' Renamed ' })).status, 303)
    const answer = await browser.post(path(user.id, 'email'), {
      'api_user[email]': 'New.Team@example.gov.uk',
    })
    deepEqual([answer.status, answer.location], [303, `/api_users/${user.id}/edit`])
    const { text } = await browser.get(answer.location)
    for (const words of [/Updated email successfully/, /Renamed/, /new\.team@example/]) match(text, words)
    deepEqual(await test.events(user.uid), [34, 15])
    deepEqual(await test.mails(), [])
    const notes = await test.rows('select note from events where about_uid = $1 order by id', [user.uid])
    deepEqual(notes, [
      { note: 'from Changeling to Renamed' },
      { note: 'from changeling@machines.example.gov.uk to new.team@example.gov.uk' },
    ])
    await browser.post(path(user.id, 'name'), { 'api_user[name]': 'Renamed' })
    deepEqual(await test.events(user.uid), [34, 15])
  })

  it('loses nobody’s change: the second is told of the first', async () => {
    const { user } = await test.machine('Contested', api)
    const old = { was: 'Contested' }
    const page = await browser.get(path(user.id, 'name'))
    const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const send = (name: string) =>
      browser.send(path(user.id, 'name'), {
        method: 'POST',
        body: new URLSearchParams({ ...old, csrf_token: csrf, 'api_user[name]': name }),
      })
    const answers = await Promise.all(['First', 'Second', 'Third'].map(send))
    deepEqual(answers.map(({ status }) => status).toSorted(), [303, 422, 422])
    const refused = answers.find(({ status }) => status === 422)
    const name = (await signon.single.users.seek(user.id))?.name ?? ''
    match(refused?.text ?? '', new RegExp(`Somebody has changed this to ${name} meanwhile`))
    match(refused?.text ?? '', new RegExp(`name="was" value="${name}"`))
    deepEqual(await test.events(user.uid), [34])
  })

  it('refuses a bad or taken address', async () => {
    const { user } = await test.machine('Steady', api)
    for (const [email, words] of [
      ['', /Enter an email address/],
      ['x@gmail.com', /workplace email/],
      [robot.email, /There is already an account/],
    ] as const) {
      const page = await browser.post(path(user.id, 'email'), { 'api_user[email]': email })
      equal(page.status, 422)
      match(page.text, words)
    }
    deepEqual(await test.events(user.uid), [])
  })
})

describe('suspending an API user', () => {
  const path = (id: number) => `/api_users/${id}/suspension/edit`
  const suspend = { 'user[reason_for_suspension]': 'Not <b>needed</b>' }

  it('revokes its tokens for good, says so, and can be lifted', async () => {
    const { user, token } = await test.machine('Sleeper', api)
    const isGood = async () => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${test.url}/user.json?client_id=${api.clientId}`, { headers })).status
    }
    equal(await isGood(), 200)
    match((await browser.get(path(user.id))).text, /All of its tokens will be revoked at once/)
    const done = await browser.post(path(user.id), suspend)
    deepEqual([done.status, done.location], [303, `/api_users/${user.id}/edit`])
    const { text } = await browser.get(done.location)
    match(text, /sleeper@machines\.example\.gov\.uk is now suspended/)
    match(text, /Not &lt;b&gt;needed/)
    doesNotMatch(text, /Add application token/)
    equal(await isGood(), 401)
    deepEqual(await test.events(user.uid), [2, 30])

    equal((await browser.post(path(user.id), {})).status, 303)
    match((await browser.get(done.location)).text, /is now active/)
    equal(await isGood(), 401)
    deepEqual(await test.events(user.uid), [2, 30, 3])
    deepEqual(await signon.single.grants.heldByApplication(user.id), { 'Publishing API': ['signin'] })
    deepEqual(await test.mails(), [])
  })

  it('CC-93 makes all of its tokens fail, whichever application they are for', async () => {
    const { user, token } = await test.machine('Several', api)
    const other = await test.application('Email Alert API')
    await test.grant(user, other, 'signin')
    const texts = [strangeToken(), strangeToken()]
    for (const [index, text] of texts.entries())
      await signon.single.apiTokens.add({
        user: user.id,
        application: [api, other][index]?.id ?? api.id,
        text,
        purpose: null,
        expiresAt: null,
      })
    const answers = () =>
      Promise.all(
        [token, ...texts].map(async (text) => {
          const headers = { authorization: `Bearer ${text}` }
          return (await fetch(`${test.url}/user.json`, { headers })).status
        }),
      )
    deepEqual(await answers(), [200, 200, 200])
    equal((await browser.post(path(user.id), suspend)).status, 303)
    deepEqual(await answers(), [401, 401, 401])
  })

  it('needs a reason, and happens once', async () => {
    const { user } = await test.machine('Twice', api)
    for (const reason of ['', ' ', 'x'.repeat(256)]) {
      const page = await browser.post(path(user.id), { 'user[reason_for_suspension]': reason })
      equal(page.status, 422)
      match(page.text, /There was a problem with your suspension/)
    }
    const actor = { kind: 'person', userId: superadmin.id } as const
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => suspendApiUser(signon, actor, user.id, 'left')),
    )
    equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    deepEqual(await test.events(user.uid), [2, 30])
  })

  it('does not stop anything of Signon’s own without saying what that means', async () => {
    const { user, tokenId: id, token } = await test.machine('Signon itself', api)
    await signon.single.pushCredentials.put(api.id, id, token)
    ok((await browser.get(`/api_users/${user.id}/edit`)).text.includes('This is Signon itself'))
    match((await browser.get(path(user.id))).text, /no application will be told of any change/)
  })
})
