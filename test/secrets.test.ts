import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { pino } from 'pino'
import { metricText } from '#kernel/metric-text.ts'
import { openTelemetry } from '#main/observability/open-telemetry.ts'
import { requestMeter } from '#main/observability/request-meter.ts'
import { requestWatch } from '#main/observability/watch-requests.ts'
import { createWeb } from '#main/server.ts'
import type { RouteFact } from '#web/server.ts'
import type { TestBrowser } from './browser.ts'
import { basic, testClient } from './client.ts'
import { startCollector } from './otlp-collector.ts'
import { password } from './people.ts'
import { operator, startSignon } from './signon.ts'

const logLines: string[] = []
const meter = requestMeter()
const collector = await startCollector()
const tracer = openTelemetry({ endpoint: collector.url, service: 'signon' }, pino({ level: 'silent' }))
const test = await startSignon({ logLines, watch: requestWatch(meter, tracer) })
const { signon } = test
const routes: RouteFact[] = []
const listed = createWeb(signon, pino({ level: 'silent' }), {
  publicUrl: test.issuer,
  environment: 'test',
  trustedProxies: [],
  onRoute: (route) => routes.push(route),
})

/** Everything secret that this file has seen, by what it is. */
const secrets = new Map<string, string>()
const keep = (what: string, secret: string | undefined): string => {
  ok(secret !== undefined && secret.length >= 6, `there is a ${what}`)
  secrets.set(what, secret)
  return secret
}
const linkToken = async (name: string): Promise<string> => {
  const letters = (await test.mails()).map(({ text }) => text).join('\n')
  return new RegExp(`${name}=([\\w-]{43})`).exec(letters)?.[1] ?? ''
}

before(async () => {
  await listed.ready()
})

after(async () => {
  await collector.stop()
})

/** Ways in which a secret might have been written down. */
const spellings = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(secret).replaceAll('%20', '+'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  [...Buffer.from(secret)].join(','),
  Buffer.from(secret).toString('hex'),
]

/** Everything that is written down for others to read. */
const written = async (): Promise<Readonly<Record<string, string>>> => {
  const rowsOf = async (table: string): Promise<string> =>
    JSON.stringify(await test.rows(`select * from ${table}`))
  return {
    log: logLines.join(''),
    events: await rowsOf('events'),
    jobs: await rowsOf('graphile_worker._private_jobs'),
    metrics: metricText(meter.metrics()),
    traces: collector.bodies.join('\n'),
  }
}

/** Whoever signs in, changes what is theirs, and makes mistakes. */
const livePerson = async (): Promise<void> => {
  const user = await test.user('Secret Keeper', { twoStep: true })
  keep('password', password)
  const browser = test.browser()
  await browser.signIn(user.email, keep('wrong password', 'wrong horse battery daffodil'))
  await browser.signIn(keep('password typed as an address', 'typed into the wrong box 77'), 'x')
  await browser.signIn(user.email)
  await browser.enterCode(keep('wrong code', '918273'))
  equal((await browser.enterCode(keep('code of an authenticator app', test.code()))).status, 302)
  keep('session', browser.sessionCookie)
  await setUpAnother(browser)
  const [recovery] = await signon.transaction((work) => work.recoveryCodes.renew(user.id))
  const half = test.browser()
  await half.signIn(user.email)
  await half.post('/users/two_step_verification_session/recovery_code', {
    code: keep('recovery code', recovery),
  })
  await test.browser().post('/users/password', { 'user[email]': user.email }, '/users/password/new')
  const reset = keep('token of a reset', await linkToken('reset_password_token'))
  await test.browser().get(`/users/password/edit?reset_password_token=${reset}`)
  await browser.post('/account/email/edit', { 'user[email]': 'new.keeper@example.gov.uk' })
  const confirmation = keep('token of a confirmation', await linkToken('confirmation_token'))
  await test.browser().get(`/users/confirmation?confirmation_token=${confirmation}`)
  await test.browser().get(`/users/confirmation/${confirmation}`)
}

const setUpAnother = async (browser: TestBrowser): Promise<void> => {
  const page = await browser.get('/account/two_step_verification/devices/new')
  keep(
    'key of an authenticator app',
    /secret=([A-Z2-7]{16,})/.exec(page.text)?.[1] ?? /[A-Z2-7]{4}(?: [A-Z2-7]{4}){3,}/.exec(page.text)?.[0],
  )
  await browser.post('/account/two_step_verification/devices/new', { code: '000111' })
}

/** An application and a machine, with everything that they present, rightly and wrongly. */
const liveApplication = async (): Promise<void> => {
  const application = await test.application('Holds Secrets')
  const client = testClient(test.url, application)
  const user = await test.user('Application User', { uses: [application] })
  const browser = await test.signedIn(user)
  const code = keep('code', await client.codeFor(browser))
  keep('state', client.state)
  keep('verifier', client.verifier)
  keep('client secret', application.clientSecret)
  const { body } = await client.exchange(code)
  const token = keep('access token', String(body['access_token']))
  keep('refresh token', String(body['refresh_token']))
  await client.userInfo(token)
  await client.refresh(String(body['refresh_token']))
  await client.refresh(String(body['refresh_token']))
  await client.exchange(code, {}, { authorization: basic(application.clientId, 'not its client secret') })
  await client.exchange(
    code,
    { client_id: application.clientId, client_secret: application.clientSecret },
    {},
  )
  for (const path of ['introspect', 'revoke'])
    await fetch(`${test.url}/oauth/${path}`, {
      method: 'POST',
      headers: { authorization: basic(application.clientId, application.clientSecret) },
      body: new URLSearchParams({ token }),
    })
  const machine = await test.machine('Secret Robot', application)
  await fetch(`${test.url}/user.json?client_id=${application.clientId}`, {
    headers: { authorization: `Bearer ${keep('API token', machine.token)}` },
  })
}

const liveInvitation = async (): Promise<void> => {
  const browser = await test.signedIn(await test.user('Invites', { role: 'superadmin', twoStep: true }))
  const fields = { 'user[name]': 'Invited', 'user[email]': 'invited@example.gov.uk', 'user[role]': 'normal' }
  equal((await browser.post('/users/invitation', fields, '/users/invitation/new')).status, 303)
  const token = keep('token of an invitation', await linkToken('invitation_token'))
  const address = `/users/invitation/accept?invitation_token=${token}`
  await test.browser().get(address)
  const typed = {
    'user[password]': keep('weak password', 'passw0rdpassw0rd'),
    'user[password_confirmation]': 'another',
  }
  await test.browser().post('/users/invitation/accept', typed, address)
  await test.browser().get(`/users/invitation/accept/${token}`)
}

/** Names under which secrets are sent. */
const fields = [
  ...['user[email]', 'user[password]', 'user[current_password]', 'code', 'token', 'client_secret'],
  ...['access_token', 'refresh_token', 'reset_password_token', 'invitation_token', 'confirmation_token'],
  ...['state', 'code_verifier', 'csrf_token', 'nothing_of_ours'],
]

/** Sends one secret in every place of a request at once. */
const sendEverywhere = async ({ method, path }: RouteFact, secret: string, cookie: string): Promise<void> => {
  const named = new URLSearchParams(fields.map((field): [string, string] => [field, secret]))
  const address = path.replaceAll(/:\w+|\*/g, encodeURIComponent(secret))
  const headers = { authorization: `Bearer ${secret}`, cookie, referer: `${test.url}/?token=${secret}` }
  const send = (init: RequestInit): Promise<Response> =>
    fetch(`${test.url}${address}?${named}`, { method, headers, redirect: 'manual', ...init })
  const hasBody = !['GET', 'HEAD'].includes(method)
  const answers = hasBody
    ? [
        await send({ body: named }),
        await send({
          body: JSON.stringify({ secret }),
          headers: { ...headers, 'content-type': 'application/json' },
        }),
        await send({ body: `{"${secret}`, headers: { ...headers, 'content-type': 'application/json' } }),
        await send({
          body: secret,
          headers: { ...headers, 'content-type': `text/${secret}`.replaceAll(' ', '') },
        }),
      ]
    : [await send({})]
  for (const answer of answers) await answer.arrayBuffer()
}

/** Bytes that are no request. */
const sendRubbish = async (secret: string): Promise<void> => {
  const { hostname, port } = new URL(test.url)
  for (const rubbish of [
    `GET /user.json HTTP/1.1\r\nauthorization: Bearer ${secret}\r\nno header at all\r\n\r\n`,
    `GET /%ff${secret} HTTP/1.1\r\nhost: x\r\n\r\n`,
    `${secret}\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).resume()
    socket.end(rubbish)
    await once(socket, 'close')
  }
}

/** Renames tables under the feet of requests, so that they fail with what the database says. */
const breakDown = async (secret: string): Promise<void> => {
  for (const table of ['sessions', 'throttles', 'authorizations', 'api_tokens']) {
    await test.rows(`alter table ${table} rename to gone`)
    for (const path of [
      '/users/sign_in',
      '/user.json',
      '/oauth/authorize',
      '/oauth/access_token',
      '/account',
    ])
      for (const method of ['GET', 'POST'])
        await sendEverywhere({ method, path, access: 'open' }, secret, `__Host-signon_session=${secret}`)
    await test.rows(`alter table gone rename to ${table}`)
  }
}

/** Six digits that are part of a longer number, as the metrics have many, are no code. */
const holds = (all: string, spelling: string): boolean =>
  /^[0-9]+$/.test(spelling)
    ? new RegExp(`(?<![0-9]|[0-9]\\.)${spelling}(?![0-9])`).test(all)
    : all.includes(spelling)

describe('secrets', () => {
  it('are in no line of the log, no event, no job, no metric and no trace, whatever was sent', async () => {
    await livePerson()
    await liveApplication()
    await liveInvitation()
    const root = await test.user('Root', { role: 'superadmin', twoStep: true })
    const opened = await signon.single.sessions.open(root.id, 'full', {})
    const garbage = ['access token', 'API token', 'session', 'wrong password'].map(
      (what) => secrets.get(what) ?? '',
    )
    ok(routes.length > 150)
    for (const route of routes)
      for (const secret of garbage) await sendEverywhere(route, secret, `__Host-signon_session=${opened}`)
    for (const secret of garbage) {
      await sendRubbish(secret)
      await breakDown(secret)
    }
    await signon.single.events.add({ name: 'signed-out', about: root }, operator)
    await tracer.close()

    const places = await written()
    for (const status of [200, 302, 400, 401, 404, 415, 422, 500])
      ok(
        places['log']?.includes(`"status":${status}`) || status === 403,
        `something was answered with ${status}`,
      )
    ok(places['log']?.includes('client error'))
    ok((places['traces']?.length ?? 0) > 10_000)
    ok((places['metrics']?.length ?? 0) > 10_000)
    secrets.set('session of an administrator', opened)
    const found = Object.entries(places).flatMap(([place, all]) =>
      [...secrets].flatMap(([what, secret]) =>
        spellings(secret)
          .filter((spelling) => holds(all, spelling))
          .map(() => `${what} in the ${place}`),
      ),
    )
    deepEqual(found, [])
  })
})
