import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { day, hour, second } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { basic, strangeToken, testClient, tokenAnswer } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { clock, signon } = test
const application = await test.application('App A')
const other = await test.application('App B')
const client = testClient(test.url, application)

const arrive = async (name: string): Promise<{ user: User; browser: TestBrowser; code: string }> => {
  const user = await test.user(name, { uses: [application] })
  const browser = test.browser()
  await browser.signIn(user.email)
  return { user, browser, code: await client.codeFor(browser) }
}
const tokensFor = async (name: string) => {
  const arrived = await arrive(name)
  const { body } = await client.exchange(arrived.code)
  return { ...arrived, access: String(body['access_token']), refresh: String(body['refresh_token']) }
}
const post = async (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
  tokenAnswer(await fetch(test.url + path, { method: 'POST', body, headers }))
const authorization = basic(application.clientId, application.clientSecret)

describe('exchanging a code', () => {
  it('CC-20 CC-21 answers with a token for two hours; the address may carry the code and the state', async () => {
    const { code } = await arrive('Twenty')
    const { status, headers, body } = await client.exchange(code)
    equal(status, 200)
    match(headers.get('content-type') ?? '', /^application\/json/)
    deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'created_at'])
    match(String(body['access_token']), /^[A-Za-z0-9_-]{43}$/)
    match(String(body['refresh_token']), /^[A-Za-z0-9_-]{43}$/)
    deepEqual([body['token_type'], body['expires_in']], ['Bearer', 7200])
    equal(body['created_at'], Math.floor(clock.now().getTime() / 1000))
  })

  it('CC-21 takes the plain address as well, and the query that an application added itself', async () => {
    const plain = await arrive('Plain')
    equal((await client.exchange(plain.code, { redirect_uri: application.redirectUri })).status, 200)

    const code = await client.codeFor(plain.browser, { redirect_uri: `${application.redirectUri}?from=here` })
    const back = `${application.redirectUri}?from=here&code=${code}&state=${client.state}`
    equal((await client.exchange(code, { redirect_uri: back })).status, 200)
  })

  it('CC-22 works alike at both addresses', async () => {
    const fields = {
      grant_type: 'authorization_code',
      redirect_uri: application.redirectUri,
      code_verifier: client.verifier,
    }
    const answers = []
    for (const path of ['/oauth/token', '/oauth/access_token']) {
      const { code } = await arrive(`Both ${path}`)
      const wrong = await post(path, new URLSearchParams({ ...fields, code, code_verifier: 'x' }), {
        authorization,
      })
      const strange = await post(path, new URLSearchParams({ ...fields, code }), {
        authorization: basic(application.clientId, 'x'),
      })
      const { status, headers, body } = await post(path, new URLSearchParams({ ...fields, code }), {
        authorization,
      })
      answers.push([
        [wrong.status, wrong.body],
        [strange.status, strange.body, strange.headers.get('www-authenticate')],
        [status, Object.keys(body), headers.get('cache-control'), headers.get('content-type')],
      ])
    }
    deepEqual(answers[0], answers[1])
    deepEqual(
      answers[0]?.map(([status]) => status),
      [400, 401, 200],
    )
  })

  it('CC-23 takes credentials in the body, as a form, as JSON, or in the query', async () => {
    const fields = async (name: string) => ({
      grant_type: 'authorization_code',
      code: (await arrive(name)).code,
      redirect_uri: application.redirectUri,
      code_verifier: client.verifier,
      client_id: application.clientId,
      client_secret: application.clientSecret,
    })
    equal((await post('/oauth/token', new URLSearchParams(await fields('Form')))).status, 200)
    const json = { 'content-type': 'application/json' }
    equal((await post('/oauth/token', JSON.stringify(await fields('Json')), json)).status, 200)
    equal(
      (await post(`/oauth/token?${new URLSearchParams(await fields('Query'))}`, new URLSearchParams()))
        .status,
      200,
    )
  })

  it('CC-24 takes the same id beside Basic, but no second secret and no other id', async () => {
    const { code } = await arrive('Twice')
    for (const changes of [{ client_secret: application.clientSecret }, { client_id: other.clientId }])
      deepEqual((await client.exchange(code, changes)).body['error'], 'invalid_request')
    equal((await client.exchange(code, { client_id: application.clientId })).status, 200)
  })

  it('CC-25 refuses a wrong secret, an unknown or retired client, and none, as JSON', async () => {
    const { code } = await arrive('Wrong secret')
    const retired = await test.application('Gone')
    await signon.transaction((work) => work.applications.retire(retired.id))
    for (const header of [
      basic(application.clientId, 'wrong'),
      basic('unknown', application.clientSecret),
      basic(retired.clientId, retired.clientSecret),
      'Basic !!!',
      'Bearer x',
      '',
    ]) {
      const { status, body, headers } = await client.exchange(code, {}, { authorization: header })
      deepEqual([status, body['error']], [401, 'invalid_client'], header)
      match(headers.get('www-authenticate') ?? '', /^Basic realm=/)
    }
    equal((await client.exchange(code)).status, 200)
  })

  it('CC-26 refuses a wrong, a missing and a superfluous verifier, and none of them spends the code', async () => {
    const { browser, code } = await arrive('Verifier')
    for (const verifier of ['wrong', undefined, '']) {
      const { status, body } = await client.exchange(code, { code_verifier: verifier })
      deepEqual([status, body['error']], [400, 'invalid_grant'])
    }
    equal((await client.exchange(code)).status, 200)
    const bare = await client.codeFor(browser, {
      code_challenge: undefined,
      code_challenge_method: undefined,
    })
    equal((await client.exchange(bare)).body['error'], 'invalid_grant')
    equal((await client.exchange(bare, { code_verifier: undefined })).status, 200)
  })

  it('CC-27 works for sixty seconds', async () => {
    const early = await arrive('Early')
    clock.step(60 * second - 1)
    equal((await client.exchange(early.code)).status, 200)
    const late = await arrive('Late')
    clock.step(60 * second)
    equal((await client.exchange(late.code)).body['error'], 'invalid_grant')
  })

  it('CC-27 works for its own client only, and not by another address', async () => {
    const { code } = await arrive('Own')
    const stranger = basic(other.clientId, other.clientSecret)
    equal((await client.exchange(code, {}, { authorization: stranger })).body['error'], 'invalid_grant')
    for (const redirect_uri of [
      'https://evil.example/',
      `${application.redirectUri}/`,
      `${application.redirectUri}#x`,
      'x',
    ])
      equal((await client.exchange(code, { redirect_uri })).body['error'], 'invalid_grant')
    equal((await client.exchange(code)).status, 200)
  })

  it('CC-27 works once; a second time ends everything that came of it', async () => {
    const { user, access, refresh, code } = await tokensFor('Once')
    equal((await client.userInfo(access)).status, 200)
    equal((await client.exchange(code)).body['error'], 'invalid_grant')
    equal((await client.userInfo(access)).status, 401)
    equal((await client.refresh(refresh)).body['error'], 'invalid_grant')
    deepEqual(await test.events(user.uid), [11, 47, 51])
  })

  it('CC-27 gives one success of fifty parallel ones, and the family ends', async () => {
    const { user, code } = await arrive('Fifty')
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.exchange(code)))
    const won = answers.filter(({ status }) => status === 200)
    equal(won.length, 1)
    equal(answers.filter(({ body }) => body['error'] === 'invalid_grant').length, 49)
    equal((await client.userInfo(String(won[0]?.body['access_token']))).status, 401)
    deepEqual(await test.events(user.uid), [11, 47, 51])
  })

  it('CC-28 needs neither cookie, CSRF token, Origin nor Accept', async () => {
    const { code } = await arrive('Bare')
    const { status } = await client.exchange(
      code,
      {},
      { authorization, accept: 'text/plain', origin: 'https://elsewhere.example' },
    )
    equal(status, 200)
  })

  it('CC-29 is kept by nobody, errors included', async () => {
    const { code } = await arrive('Cache')
    for (const answer of [
      await client.exchange(code),
      await client.exchange(code),
      await client.exchange(code, {}, {}),
    ])
      deepEqual([answer.headers.get('cache-control'), answer.headers.get('pragma')], ['no-store', 'no-cache'])
  })

  it('CC-31 records each exchange and refresh once, with where it came from', async () => {
    const { user, refresh } = await tokensFor('Recorded')
    await client.refresh(refresh)
    deepEqual(await test.events(user.uid), [11, 47, 47])
    const [event] = await test.rows<{
      address: string
      user_agent: string
      actor_kind: string
      application_id: number
    }>(
      'select host(address) as address, user_agent, actor_kind, application_id from events where about_uid = $1 and number = 47',
      [user.uid],
    )
    deepEqual(event, {
      address: '127.0.0.1',
      user_agent: 'node',
      actor_kind: 'application',
      application_id: application.id,
    })
  })

  it('CC-32 keeps ids and secrets of older applications working, 64 hexadecimal characters', async () => {
    const older = await test.application('Older', {
      clientId: 'c0ffee42'.repeat(8),
      clientSecret: '0b'.repeat(32),
    })
    const user = await test.user('Older', { uses: [older] })
    const browser = test.browser()
    await browser.signIn(user.email)
    const theirs = testClient(test.url, older)
    const { status, body } = await theirs.exchange(await theirs.codeFor(browser))
    equal(status, 200)
    equal((await theirs.userInfo(String(body['access_token']))).status, 200)
  })

  it('CC-32 takes two secrets while they rotate', async () => {
    const old = 'a1'.repeat(32)
    await signon.transaction((work) => work.applications.addSecret(other.id, old))
    const { status, body } = await post(
      '/oauth/token',
      new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
      {
        authorization: basic(other.clientId, old),
      },
    )
    deepEqual([status, body['error']], [400, 'invalid_grant'])
    const before = await post(
      '/oauth/token',
      new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
      {
        authorization: basic(other.clientId, other.clientSecret),
      },
    )
    equal(before.body['error'], 'invalid_grant')
  })

  it('CC-33 says what is wrong with a request, in the order of the reference', async () => {
    const ask = async (
      fields: Record<string, string>,
      header: Record<string, string> = { authorization },
    ) => {
      const { status, body } = await post('/oauth/token', new URLSearchParams(fields), header)
      return [
        status,
        body['error'],
        /Missing required parameter: (\w+)/.exec(String(body['error_description']))?.[1],
      ]
    }
    deepEqual(await ask({}), [400, 'invalid_request', 'grant_type'])
    deepEqual(await ask({ grant_type: 'password' }), [400, 'unsupported_grant_type', undefined])
    deepEqual(await ask({ grant_type: 'client_credentials' }), [400, 'unsupported_grant_type', undefined])
    deepEqual(await ask({ grant_type: 'authorization_code' }, {}), [400, 'invalid_request', 'code'])
    deepEqual(await ask({ grant_type: 'authorization_code', code: 'x' }), [
      400,
      'invalid_request',
      'redirect_uri',
    ])
    deepEqual(await ask({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' }, {}), [
      401,
      'invalid_client',
      undefined,
    ])
    deepEqual(await ask({ grant_type: 'refresh_token' }), [400, 'invalid_request', 'refresh_token'])
    deepEqual(await ask({ grant_type: 'refresh_token', refresh_token: 'x', scope: 'all' }), [
      400,
      'invalid_scope',
      undefined,
    ])
  })

  it('refuses a person who was suspended, or lost signin, after the code', async () => {
    const suspended = await arrive('Suspended')
    await signon.transaction((work) => work.users.suspend(suspended.user.id, 'left'))
    equal((await client.exchange(suspended.code)).body['error'], 'invalid_grant')
    const lost = await arrive('Lost')
    await signon.transaction(async (work) =>
      work.grants.remove(
        lost.user.id,
        application.id,
        await work.grants.findPermission(application.id, 'signin'),
      ),
    )
    equal((await client.exchange(lost.code)).body['error'], 'invalid_grant')
  })

  it('notes that the person has used the application', async () => {
    const { user } = await tokensFor('Visitor')
    const rows = await test.rows<{ first_signed_in_at: Date; last_signed_in_at: Date }>(
      'select first_signed_in_at, last_signed_in_at from user_applications where user_id = $1 and application_id = $2',
      [user.id, application.id],
    )
    deepEqual(rows, [{ first_signed_in_at: clock.now(), last_signed_in_at: clock.now() }])
  })

  it('answers anything malformed with a 4xx', async () => {
    for (const [body, type] of [
      ['grant_type=%ff', 'application/x-www-form-urlencoded'],
      ['grant_type=%00', 'application/x-www-form-urlencoded'],
      ['grant_type=authorization_code&grant_type=x', 'application/x-www-form-urlencoded'],
      ['grant_type=authorization_code&code=x&redirect_uri=x&scope[]=x', 'application/x-www-form-urlencoded'],
      ['{"grant_type":["authorization_code"]}', 'application/json'],
      ['{"grant_type":{"a":1}}', 'application/json'],
      ['{"grant_type":1}', 'application/json'],
      ['{"grant_type":"authorization_code","code":"\\u0000","redirect_uri":"x"}', 'application/json'],
      ['{', 'application/json'],
      ['[]', 'application/json'],
      ['null', 'application/json'],
      ['"x"', 'application/json'],
      ['x', 'text/plain'],
      ['x', 'nonsense'],
      [`code=${'x'.repeat(2 ** 20)}`, 'application/x-www-form-urlencoded'],
    ] as const) {
      const response = await fetch(`${test.url}/oauth/token`, {
        method: 'POST',
        body,
        headers: { 'content-type': type, authorization },
      })
      ok(response.status >= 400 && response.status < 500, `${body.slice(0, 60)} → ${response.status}`)
      match(response.headers.get('content-type') ?? '', /json/)
    }
  })

  it('answers a caller that keeps failing to authenticate with 429 and when to come back', async () => {
    const fresh = await startSignon({ trustedProxies: ['127.0.0.1'] })
    const fail = () =>
      fetch(`${fresh.url}/oauth/token`, {
        method: 'POST',
        headers: { authorization: basic('a', 'b'), 'x-forwarded-for': '192.0.2.9' },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
      })
    const statuses = []
    for (let time = 0; time < 301; time += 1) statuses.push((await fail()).status)
    deepEqual([statuses[0], statuses[299], statuses[300]], [401, 401, 429])
    match((await fail()).headers.get('retry-after') ?? '', /^\d+$/)
  })
})

describe('refreshing', () => {
  it('CC-30 gives new tokens, and ends the old ones at once', async () => {
    const { access, refresh } = await tokensFor('Refresh')
    const { status, body } = await client.refresh(refresh)
    equal(status, 200)
    notEqual(body['access_token'], access)
    equal((await client.userInfo(access)).status, 401)
    equal((await client.userInfo(String(body['access_token']))).status, 200)
  })

  it('CC-30 refuses an old refresh token, and ends the family of the thief and of the robbed', async () => {
    const { user, refresh } = await tokensFor('Thief')
    const { body } = await client.refresh(refresh)
    equal((await client.refresh(refresh)).body['error'], 'invalid_grant')
    equal((await client.userInfo(String(body['access_token']))).status, 401)
    equal((await client.refresh(String(body['refresh_token']))).body['error'], 'invalid_grant')
    deepEqual(await test.events(user.uid), [11, 47, 47, 51])
  })

  it('gives one success of twenty parallel ones', async () => {
    const { refresh } = await tokensFor('Parallel refresh')
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.refresh(refresh)))
    equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  it('works for thirty days from each use, also long after the access token', async () => {
    let { refresh } = await tokensFor('Thirty days')
    for (let time = 0; time < 3; time += 1) {
      clock.step(30 * day - 1)
      const { status, body } = await client.refresh(refresh)
      equal(status, 200)
      refresh = String(body['refresh_token'])
    }
    clock.step(30 * day)
    equal((await client.refresh(refresh)).body['error'], 'invalid_grant')
  })

  it('is not for another client, nor for a person who may no longer', async () => {
    const { user, refresh } = await tokensFor('Not for you')
    const stranger = await post(
      '/oauth/token',
      new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh }),
      {
        authorization: basic(other.clientId, other.clientSecret),
      },
    )
    equal(stranger.body['error'], 'invalid_grant')
    await signon.transaction((work) => work.users.suspend(user.id, 'left'))
    equal((await client.refresh(refresh)).body['error'], 'invalid_grant')
  })
})

describe('revoking', () => {
  const revoke = (token: string, header = authorization) =>
    post('/oauth/revoke', new URLSearchParams({ token }), header ? { authorization: header } : {})

  it('ends the family, by either token', async () => {
    const one = await tokensFor('Revoke one')
    deepEqual([(await revoke(one.access)).status, (await client.userInfo(one.access)).status], [200, 401])
    const two = await tokensFor('Revoke two')
    deepEqual([(await revoke(two.refresh)).status, (await client.userInfo(two.access)).status], [200, 401])
    deepEqual(await test.events(two.user.uid), [11, 47, 52])
  })

  it('answers an unknown token, and none, as if all were well', async () => {
    for (const token of [strangeToken(), 'x', '']) {
      const { status, body } = await revoke(token)
      deepEqual([status, body], [200, {}])
    }
  })

  it('refuses strangers, and tokens of others', async () => {
    const { access } = await tokensFor('Stranger')
    for (const header of [
      '',
      basic(application.clientId, 'wrong'),
      basic(other.clientId, other.clientSecret),
    ]) {
      const { status, body } = await revoke(access, header)
      deepEqual([status, body['error']], [403, 'unauthorized_client'])
    }
    equal((await client.userInfo(access)).status, 200)
  })
})

describe('introspecting', () => {
  const introspect = (token: string, header = authorization) =>
    post('/oauth/introspect', new URLSearchParams({ token }), header ? { authorization: header } : {})

  it('tells an application about its own live tokens', async () => {
    const { access, refresh } = await tokensFor('Introspected')
    const iat = Math.floor(clock.now().getTime() / 1000)
    deepEqual((await introspect(access)).body, {
      active: true,
      scope: '',
      client_id: application.clientId,
      token_type: 'Bearer',
      iat,
      exp: iat + 7200,
    })
    equal((await introspect(refresh)).body['exp'], iat + 30 * 24 * 3600)
    clock.step(2 * hour)
    deepEqual((await introspect(access)).body, { active: false })
  })

  it('CC-44 tells of no token as live whose holder lost signin, person or machine', async () => {
    const { user, access, refresh } = await tokensFor('Introspected and lost')
    const machine = await test.machine('Introspected robot', application)
    const tokens = [access, refresh, machine.token]
    const answers = async () =>
      Promise.all(tokens.map(async (token) => (await introspect(token)).body['active']))
    deepEqual(await answers(), [true, true, true])
    const signin = await signon.single.grants.findPermission(application.id, 'signin')
    for (const { id } of [user, machine.user]) await signon.single.grants.remove(id, application.id, signin)
    deepEqual(await answers(), [false, false, false])
  })

  it('tells nothing about those of others, and of none', async () => {
    const { access } = await tokensFor('Others')
    deepEqual((await introspect(access, basic(other.clientId, other.clientSecret))).body, { active: false })
    for (const token of [strangeToken(), '', 'x'])
      deepEqual((await introspect(token)).body, { active: false })
  })

  it('answers a bearer of the same application, about another token than its own', async () => {
    const one = await tokensFor('Bearer one')
    const two = await tokensFor('Bearer two')
    equal((await introspect(one.access, `Bearer ${two.access}`)).body['active'], true)
    deepEqual((await introspect(one.access, `Bearer ${one.access}`)).status, 401)
    deepEqual((await introspect(one.access, `Bearer ${strangeToken()}`)).status, 401)
  })

  it('refuses whoever does not say who they are', async () => {
    const { access } = await tokensFor('Nobody')
    const nobody = await introspect(access, '')
    deepEqual([nobody.status, nobody.body['error']], [400, 'invalid_request'])
    const wrong = await introspect(access, basic(application.clientId, 'wrong'))
    deepEqual([wrong.status, wrong.body['error']], [401, 'invalid_client'])
  })

  it('tells of a machine’s token without an end that it has none', async () => {
    const machine = await test.machine('Everlasting', application)
    const { body } = await introspect(machine.token)
    deepEqual([body['active'], 'exp' in body], [true, false])
  })
})
