import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OrganisationId } from '#domain/organisation.ts'
import type { User } from '#domain/user.ts'
import { hour, minute, second } from '#kernel/clock.ts'
import { basic, strangeToken, testClient } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { clock, signon } = test
const application = await test.application('App A', { permissions: ['editor', 'Admin', 'b-side'] })
const other = await test.application('App B', { permissions: ['secret'] })
const client = testClient(test.url, application)

const tokenFor = async (user: User): Promise<string> => {
  const browser = test.browser()
  await browser.signIn(user.email)
  const { body } = await client.exchange(await client.codeFor(browser))
  return String(body['access_token'])
}
const arrive = async (name: string, options: { organisationId?: OrganisationId } = {}) => {
  const user = await test.user(name, { uses: [application], ...options })
  return { user, token: await tokenFor(user) }
}
const syncedAt = async (user: User): Promise<readonly unknown[]> =>
  test.rows(
    'select application_id, last_synced_at from user_applications where user_id = $1 and last_synced_at is not null',
    [user.id],
  )

describe('GET /user.json', () => {
  it('CC-40 answers with the seven fields, in their order and types', async () => {
    const [{ id: organisationId } = { id: 0 }] = await test.rows<{ id: number }>(
      `insert into organisations (content_id, slug, name, created_at, updated_at)
       values ('af07d5a5-df63-4ddc-9383-6a666845ebe9', 'government-digital-service', 'Government Digital Service', $1, $1) returning id`,
      [clock.now()],
    )
    const { user, token } = await arrive('Forty', { organisationId: organisationId as OrganisationId })
    const response = await client.userInfo(token)
    equal(response.status, 200)
    equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    equal(response.headers.get('cache-control'), 'no-store')
    equal(
      await response.text(),
      JSON.stringify({
        user: {
          uid: user.uid,
          name: 'Forty',
          email: 'forty@example.gov.uk',
          permissions: ['signin'],
          organisation_slug: 'government-digital-service',
          organisation_content_id: 'af07d5a5-df63-4ddc-9383-6a666845ebe9',
          disabled: false,
        },
      }),
    )
    match(user.uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it('CC-41 works without client_id, CC-42 but not with another’s', async () => {
    const { token } = await arrive('Forty-one')
    equal((await client.userInfo(token, '')).status, 200)
    equal((await client.userInfo(token, '?client_id=')).status, 200)
    equal((await client.userInfo(token, `?client_id=${other.clientId}`)).status, 401)
    equal((await client.userInfo(token, '?client_id=unknown')).status, 401)
  })

  it('CC-43 answers 401, and says why, to no, an unknown, an expired and an ended token', async () => {
    const { user, token } = await arrive('Forty-three')
    const challenge = async (response: Response) => {
      equal(response.status, 401)
      equal(await response.text(), '')
      return response.headers.get('www-authenticate')
    }
    equal(await challenge(await fetch(`${test.url}/user.json`)), 'Bearer realm="Signon"')
    for (const strange of [strangeToken(), 'x', 'a'.repeat(64), `${token}x`, token.toUpperCase()])
      match((await challenge(await client.userInfo(strange))) ?? '', /error="invalid_token"/)
    clock.step(2 * hour - 1)
    equal((await client.userInfo(token)).status, 200)
    clock.step(1)
    match((await challenge(await client.userInfo(token))) ?? '', /The access token expired/)
    await signon.transaction((work) => work.authorizations.endAll(user.id))
    match((await challenge(await client.userInfo(token))) ?? '', /The access token was revoked/)
  })

  it('CC-44 answers 401 once the person lost signin', async () => {
    const { user, token } = await arrive('Forty-four')
    await signon.transaction(async (work) =>
      work.grants.remove(user.id, application.id, await work.grants.findPermission(application.id, 'signin')),
    )
    equal((await client.userInfo(token)).status, 401)
  })

  it('CC-45 names the permissions of this application only, sorted without regard to case', async () => {
    const { user, token } = await arrive('Forty-five')
    await test.grant(user, application, 'editor', 'Admin', 'b-side')
    await test.grant(user, other, 'signin', 'secret')
    const { user: told } = (await (await client.userInfo(token)).json()) as {
      user: { permissions: string[] }
    }
    deepEqual(told.permissions, ['Admin', 'b-side', 'editor', 'signin'])
  })

  it('CC-46 has null for a person without an organisation', async () => {
    const { token } = await arrive('Forty-six')
    const { user: told } = (await (await client.userInfo(token)).json()) as { user: Record<string, unknown> }
    deepEqual([told['organisation_slug'], told['organisation_content_id']], [null, null])
  })

  it('CC-47 takes no notice of cookies', async () => {
    const { user, token } = await arrive('Forty-seven')
    const another = await test.user('Somebody else', { uses: [application] })
    const browser = test.browser()
    await browser.signIn(another.email)
    const theirs = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    match(theirs, /signon_session=/)
    const before = await test.rows('select id, last_seen_at from sessions order by id')
    clock.step(minute)
    for (const cookie of ['__Host-signon_session=x; y', theirs]) {
      const response = await fetch(`${test.url}/user.json`, {
        headers: { authorization: `Bearer ${token}`, cookie },
      })
      equal(response.status, 200)
      equal(((await response.json()) as { user: { uid: string } }).user.uid, user.uid)
      equal(response.headers.getSetCookie().length, 0)
    }
    equal((await fetch(`${test.url}/user.json`, { headers: { cookie: theirs } })).status, 401)
    deepEqual(await test.rows('select id, last_seen_at from sessions order by id'), before)
  })

  it('CC-48 notes when the application had the permissions, once a minute, and for no other application', async () => {
    const { user, token } = await arrive('Forty-eight')
    await test.grant(user, other, 'signin')
    deepEqual(await syncedAt(user), [])
    await client.userInfo(token)
    const first = clock.now()
    deepEqual(await syncedAt(user), [{ application_id: application.id, last_synced_at: first }])
    clock.step(minute)
    await client.userInfo(token)
    deepEqual(await syncedAt(user), [{ application_id: application.id, last_synced_at: first }])
    clock.step(1)
    await client.userInfo(token)
    deepEqual(await syncedAt(user), [{ application_id: application.id, last_synced_at: clock.now() }])
  })

  it('CC-48 notes it once a minute for all tokens of somebody together', async () => {
    const { user, token } = await arrive('Twice')
    await client.userInfo(token)
    const noted = async () =>
      (await syncedAt(user)).map((row) => (row as { last_synced_at: Date }).last_synced_at)
    const first = clock.now()
    clock.step(40 * second)
    const another = await tokenFor(user)
    await client.userInfo(another)
    deepEqual(await noted(), [first])
    clock.step(30 * second)
    await client.userInfo(token)
    const next = clock.now()
    deepEqual(await noted(), [next])
    clock.step(40 * second)
    await client.userInfo(another)
    deepEqual(await noted(), [next])
  })

  it('CC-48 notes nothing for a token that is refused', async () => {
    const { user, token } = await arrive('Refused')
    await client.userInfo(token, `?client_id=${other.clientId}`)
    deepEqual(await syncedAt(user), [])
  })

  it('CC-49 tells of a suspended person that they are disabled, without permissions', async () => {
    const { user, token } = await arrive('Forty-nine')
    await signon.transaction((work) => work.users.suspend(user.id, 'left'))
    const { user: told } = (await (await client.userInfo(token)).json()) as { user: Record<string, unknown> }
    deepEqual([told['disabled'], told['permissions']], [true, []])
  })

  it('CC-50 CC-91 CC-92 works for machines, with several tokens, each by itself', async () => {
    const machine = await test.machine('Robot', application)
    const second = strangeToken()
    await signon.transaction((work) =>
      work.apiTokens.add({
        user: machine.user.id,
        application: application.id,
        text: second,
        purpose: null,
        expiresAt: null,
      }),
    )
    equal((await client.userInfo(machine.token)).status, 200)
    equal((await client.userInfo(second)).status, 200)
    await signon.transaction((work) => work.apiTokens.revoke(machine.tokenId))
    match((await client.userInfo(machine.token)).headers.get('www-authenticate') ?? '', /was revoked/)
    equal((await client.userInfo(second)).status, 200)
  })

  it('CC-50 takes machines’ tokens of every kind, and notes their use once an hour', async () => {
    const kinds = [`sgn_${strangeToken()}`, strangeToken(), 'ab12'.repeat(16)]
    for (const [index, text] of kinds.entries()) {
      const machine = await test.machine(`Kind ${index}`, application, { text })
      equal((await client.userInfo(text)).status, 200, text)
      const used = async () =>
        (
          await test.rows<{ last_used_at: Date }>('select last_used_at from api_tokens where id = $1', [
            machine.tokenId,
          ])
        )[0]?.last_used_at
      const first = clock.now()
      deepEqual(await used(), first)
      clock.step(hour)
      await client.userInfo(text)
      deepEqual(await used(), first)
      clock.step(1)
      await client.userInfo(text)
      deepEqual(await used(), clock.now())
    }
  })

  it('CC-52 keeps the uid when everything else about a person changes', async () => {
    const { user, token } = await arrive('Fifty-two')
    await test.rows(
      `update users set name = 'New', email = 'new@example.gov.uk', role = 'admin' where id = $1`,
      [user.id],
    )
    const { user: told } = (await (await client.userInfo(token)).json()) as { user: Record<string, unknown> }
    deepEqual([told['uid'], told['name']], [user.uid, 'New'])
  })

  it('answers 401 for a retired application', async () => {
    const retiring = await test.application('Retiring')
    const machine = await test.machine('Left behind', retiring)
    await signon.transaction((work) => work.applications.retire(retiring.id))
    equal((await client.userInfo(machine.token, '')).status, 401)
  })

  it('takes the token as a parameter too, and at /user for whoever asks for JSON', async () => {
    const { token } = await arrive('Parameter')
    for (const name of ['access_token', 'bearer_token'])
      equal((await fetch(`${test.url}/user.json?${name}=${token}`)).status, 200)
    const headers = { authorization: `Bearer ${token}` }
    equal(
      (await fetch(`${test.url}/user`, { headers: { ...headers, accept: 'application/json' } })).status,
      200,
    )
    equal((await fetch(`${test.url}/user`, { headers: { ...headers, accept: 'text/html' } })).status, 406)
    equal(
      (await fetch(`${test.url}/user.json`, { headers: { authorization: `bearer ${token}` } })).status,
      200,
    )
  })

  it('answers anything malformed with a 4xx, and never with a redirect', async () => {
    const { token } = await arrive('Malformed')
    for (const path of [
      '?client_id=%ff',
      '?client_id=%00',
      '?access_token=%zz',
      `?access_token=${'x'.repeat(10_000)}`,
      '?client_id=a&client_id=b',
      '?client_id[]=a',
      '?client_id%5Ba%5D=b',
    ]) {
      const { status } = await client.userInfo(path.startsWith('?access') ? '' : token, path)
      ok(status >= 400 && status < 500, `${path.slice(0, 30)} → ${status}`)
    }
    for (const header of [
      'Bearer',
      'Bearer ',
      'Bearer a b',
      `Bearer ${'x'.repeat(5000)}`,
      basic('a', 'b'),
      'Bearer \u00ff',
    ])
      equal((await fetch(`${test.url}/user.json`, { headers: { authorization: header } })).status, 401)
  })
})

describe('GET /api/users', () => {
  const directory = test.application('Signon API', { isDirectoryApi: true, isApiOnly: true })
  const ask = async (query: string, token: string) =>
    fetch(`${test.url}/api/users${query}`, { headers: { authorization: `Bearer ${token}` } })

  it('CC-94 names the users asked for, in the order in which they were made', async () => {
    const machine = await test.machine('Adapter', await directory)
    const one = await test.user('First')
    const two = await test.user('Second')
    await signon.transaction((work) => work.users.suspend(two.id, 'left'))
    const query = `?uuids%5B%5D=${two.uid}&uuids[]=${one.uid}&uuids[]=${one.uid}&uuids[]=${signon.random.uuid()}&uuids[]=nonsense`
    const response = await ask(query, machine.token)
    equal(response.status, 200)
    equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    deepEqual(await response.json(), [
      { uid: one.uid, name: 'First', email: 'first@example.gov.uk', organisation: null },
      { uid: two.uid, name: 'Second', email: 'second@example.gov.uk', organisation: null },
    ])
    deepEqual(await (await ask('', machine.token)).json(), [])
    equal(((await (await ask(`?uuids=${one.uid}`, machine.token)).json()) as unknown[]).length, 1)
  })

  it('CC-94 is the same with an extension, and JSON whatever is preferred (oauth-and-apis 15)', async () => {
    const machine = await test.machine('Adapter with extension', await directory)
    const one = await test.user('Third')
    const headers = { authorization: `Bearer ${machine.token}`, accept: 'text/html' }
    const response = await fetch(`${test.url}/api/users.json?uuids[]=${one.uid}`, { headers })
    equal(response.status, 200)
    equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
    equal(await response.text(), await (await ask(`?uuids[]=${one.uid}`, machine.token)).text())
    equal((await fetch(`${test.url}/api/users.json`)).status, 401)
  })

  it('CC-94 names the organisation of a person', async () => {
    const machine = await test.machine('Adapter two', await directory)
    const [organisation] = await test.rows<{
      id: OrganisationId
      content_id: string
      name: string
      slug: string
    }>(
      `insert into organisations (content_id, slug, name, created_at, updated_at)
       values ($2, 'cabinet-office', 'Cabinet Office', $1, $1) returning id, content_id, name, slug`,
      [clock.now(), signon.random.uuid()],
    )
    const user = await test.user('Member', organisation ? { organisationId: organisation.id } : {})
    const [told] = (await (await ask(`?uuids[]=${user.uid}`, machine.token)).json()) as {
      organisation: unknown
    }[]
    deepEqual(told?.organisation, {
      content_id: organisation?.content_id,
      name: 'Cabinet Office',
      slug: 'cabinet-office',
    })
  })

  it('CC-95 refuses tokens of other applications, cookies and nobody', async () => {
    const machine = await test.machine('Elsewhere', application)
    equal((await ask('', machine.token)).status, 401)
    equal((await fetch(`${test.url}/api/users`)).status, 401)
    const superadmin = await test.user('Super', { role: 'superadmin', twoStep: true })
    const browser = test.browser()
    await browser.signIn(superadmin.email)
    await browser.enterCode(test.code())
    equal((await browser.get('/api/users')).status, 401)
  })
})
