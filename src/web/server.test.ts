import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { describe, it } from 'node:test'
import { pino } from 'pino'
import { anonymousUserId } from '#domain/anonymous-user-id.ts'
import { secret } from '#kernel/secret.ts'
import { TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { createServer } from './server.ts'

const logLines: string[] = []
const anonymousUserIdSecret = secret('nobodyknowsthis')
const test = await startSignon({ trustedProxies: ['127.0.0.1'], logLines, anonymousUserIdSecret })

describe('every answer', () => {
  it('carries the headers that keep it safe', async () => {
    for (const path of [
      '/users/sign_in',
      '/user.json',
      '/healthcheck/live',
      '/nothing',
      '/assets/signon.css',
    ]) {
      const { headers } = await test.browser().get(path)
      const policy = headers.get('content-security-policy') ?? ''
      match(policy, /default-src 'none'/, path)
      match(policy, /frame-ancestors 'none'/)
      ok(!policy.includes('unsafe-inline'))
      deepEqual(
        ['x-content-type-options', 'x-frame-options', 'referrer-policy'].map((name) => headers.get(name)),
        ['nosniff', 'DENY', 'no-referrer'],
      )
      equal(headers.get('strict-transport-security'), 'max-age=31536000; includeSubDomains')
    }
  })

  it('that is a page is kept to itself, out of search engines, and its forms at home', async () => {
    for (const path of ['/users/sign_in', '/nothing']) {
      const { headers } = await test.browser().get(path)
      match(headers.get('content-security-policy') ?? '', /form-action 'self'; .*base-uri 'none'/)
      equal(headers.get('cross-origin-opener-policy'), 'same-origin')
      equal(headers.get('x-robots-tag'), 'noindex, nofollow, noimageindex')
    }
  })

  it('lets the sign-in form lead on to the application that somebody came from, and to no other', async () => {
    const browser = test.browser()
    await browser.get(
      '/oauth/authorize?client_id=x&redirect_uri=https%3A%2F%2Fa.example%3A8443%2Fcb%3Bscript-src',
    )
    const { headers } = await browser.get('/users/sign_in')
    match(headers.get('content-security-policy') ?? '', /form-action 'self' https:\/\/a\.example:8443;/)
    for (const evil of ['javascript:alert(1)', 'https://*', 'x; script-src *', 'data:x']) {
      const other = test.browser()
      await other.get(`/oauth/authorize?client_id=x&redirect_uri=${encodeURIComponent(evil)}`)
      const policy = (await other.get('/users/sign_in')).headers.get('content-security-policy') ?? ''
      match(policy, /form-action 'self';/, evil)
    }
  })

  it('is kept by nobody when it is a page of somebody who is signed in', async () => {
    await test.user('Kept')
    const browser = test.browser()
    await browser.signIn('kept@example.gov.uk')
    equal((await browser.get('/')).headers.get('cache-control'), 'no-store')
    equal((await browser.get('/nothing')).headers.get('cache-control'), 'no-store')
  })

  it('is 401 without a redirect for scripts that are not signed in', async () => {
    for (const headers of [
      { accept: 'application/json' },
      { 'x-requested-with': 'XMLHttpRequest' },
    ] as Record<string, string>[]) {
      const answer = await test.browser().get('/', headers)
      deepEqual([answer.status, answer.location], [401, ''])
    }
  })

  it('marks in its navigation the part of Signon that it belongs to, wherever its address lies', async () => {
    const chief = await test.user('Chief of pages', { role: 'superadmin', twoStep: true })
    const browser = await test.signedIn(chief)
    const marked = async (path: string): Promise<string> => {
      const { text } = await browser.get(path)
      return [...text.matchAll(/aria-current="(page|true)">\s*(?:<strong[^>]*>)?([^<]*)/g)]
        .map(([, how = '', part = '']) => `${part.trim()} ${how}`)
        .join()
    }
    const ada = await test.user('Ada of pages')
    for (const [path, expected] of [
      ['/', 'Dashboard page'],
      ['/users', 'Users page'],
      [`/users/${ada.id}/edit`, 'Users true'],
      ['/batch_invitations', 'Users true'],
      ['/batch_invitations/new', 'Users true'],
      [`/suspensions/${ada.id}/edit`, 'Users true'],
      [`/two_step_verification_exemptions/${ada.id}/edit`, 'Users true'],
      ['/organisations/imports', 'Orgs true'],
      ['/suspensions_of_old', ''],
    ] as const)
      equal(await marked(path), expected, path)
  })

  it('is a page that says what to do when there is no such address', async () => {
    const answer = await test.browser().get('/no/such/page')
    equal(answer.status, 404)
    match(answer.text, /<h1[^>]*>Page not found<\/h1>/)
    for (const method of ['POST', 'PUT', 'DELETE'])
      equal((await test.browser().send('/no/such/page', { method })).status, 404)
  })

  it('comes from the ready-made files of the Design System, and from no other file', async () => {
    for (const path of [
      'govuk-frontend.min.css',
      'govuk-frontend.min.js',
      'signon.css',
      'signon.js',
      'manifest.json',
      'images/favicon.ico',
    ])
      equal((await test.browser().get(`/assets/${path}`)).status, 200, path)
    for (const path of [
      '',
      'all.mjs',
      'components/button/macro.njk',
      '../package.json',
      '..%2fpackage.json',
      'images/..%2f..%2ftemplate.njk',
      '.hidden',
    ])
      equal((await test.browser().get(`/assets/${path}`)).status, 404, path)
  })
})

describe('CC-96 the anonymous id of whoever is signed in', () => {
  const idIn = (text: string) => /<meta name="govuk:user-id" content="([^"]*)">/.exec(text)?.[1]

  it('is in the head of every page of theirs, and of nobody else’s', async () => {
    const { id, uid } = await test.user('Counted')
    const browser = await test.signedIn({ id })
    for (const path of ['/', '/account', '/no/such/page'])
      equal(idIn((await browser.get(path)).text), anonymousUserId(uid, anonymousUserIdSecret), path)
    for (const path of ['/users/sign_in', '/no/such/page'])
      ok(!(await test.browser().get(path)).text.includes('govuk:user-id'), path)
  })

  it('is nowhere without a secret that applications share', async () => {
    const { url, close } = await test.serve(test.signon)
    const browser = new TestBrowser(url)
    for (const cookie of (await test.signedIn(await test.user('Not counted'))).cookies)
      browser.cookies.set(...cookie)
    const { status, text } = await browser.get('/')
    await close()
    equal(status, 200)
    ok(!text.includes('govuk:user-id'))
  })
})

describe('the caller', () => {
  const recorded = async (forwardedFor: string, userAgent: string) => {
    const name = `Caller ${forwardedFor} ${userAgent.length}`
    const user = await test.user(name, { email: `${test.signon.random.uuid()}@example.gov.uk` })
    const browser = test.browser()
    const page = await browser.get('/users/sign_in')
    const token = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const answer = await browser.send('/users/sign_in', {
      method: 'POST',
      headers: { 'x-forwarded-for': forwardedFor, 'client-ip': '192.0.2.77', 'user-agent': userAgent },
      body: new URLSearchParams({ 'user[email]': user.email, 'user[password]': password, csrf_token: token }),
    })
    equal(answer.status, 302, forwardedFor)
    const [event] = await test.rows<{ address: string; user_agent: string }>(
      'select host(address) as address, user_agent from events where about_uid = $1',
      [user.uid],
    )
    return event
  }

  it('is known by its address behind the proxies that are trusted, of either kind', async () => {
    equal((await recorded('192.0.2.1', 'x'))?.address, '192.0.2.1')
    equal(
      (await recorded('2001:0db8:0000:0000:0008:0800:200c:417a', 'x'))?.address,
      '2001:db8::8:800:200c:417a',
    )
    equal((await recorded('fd00::1', 'x'))?.address, 'fd00::1')
    equal((await recorded('::ffff:192.0.2.5', 'x'))?.address, '192.0.2.5')
    equal((await recorded('198.51.100.7, 192.0.2.1', 'x'))?.address, '192.0.2.1')
  })

  it('is the connection itself when the proxy names no address', async () => {
    for (const nonsense of ['nonsense', '192.0.2.1:1234', "'; drop table events; --"])
      equal((await recorded(nonsense, 'x'))?.address, '127.0.0.1', nonsense)
  })

  it('may have a user agent of any length, or none', async () => {
    equal((await recorded('192.0.2.2', 'y'.repeat(5000)))?.user_agent.length, 1000)
    equal((await recorded('192.0.2.2', ' '))?.user_agent ?? null, null)
  })
})

describe('a request that comes more slowly than any browser sends one', () => {
  it('is ended within seconds of its time, and tells why', { timeout: 15_000 }, async () => {
    const logger = pino({ level: 'silent' })
    const place = { publicUrl: test.issuer, environment: 'test', trustedProxies: [] }
    const web = createServer({ ...place, signon: test.signon, logger, pages: [], machines: [] })
    await web.listen({ host: '127.0.0.1', port: 0 })
    try {
      deepEqual([web.server.requestTimeout, web.server.headersTimeout], [30_000, 30_000])
      Object.assign(web.server, { requestTimeout: 100, headersTimeout: 100 })
      const socket = connect((web.server.address() as AddressInfo).port, '127.0.0.1')
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk
      })
      const isOver = once(socket, 'close')
      const type = 'Content-Type: application/x-www-form-urlencoded'
      socket.write(`POST /nothing HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: 9\r\n\r\nhalf`)
      await isOver
      match(answer, /^HTTP\/1\.1 408 /)
    } finally {
      await web.close()
    }
  })
})

describe('the log', () => {
  it('BO-Q13 holds no secret of any request: no password, cookie, code, token, state or secret', async () => {
    const application = await test.application('Logged')
    const client = testClient(test.url, application)
    const user = await test.user('Logged In', { uses: [application] })
    const browser = test.browser()
    logLines.length = 0
    await browser.get(client.authorizePath())
    await browser.signIn(user.email, 'a wrong but secret password')
    await browser.signIn(user.email)
    const code = await client.codeFor(browser)
    const { body } = await client.exchange(code)
    await client.exchange(code, {}, { authorization: 'Basic c2VjcmV0OnNlY3JldA==' })
    const fresh = await client.exchange(await client.codeFor(browser))
    await client.userInfo(String(fresh.body['access_token']))
    await fetch(`${test.url}/user.json?access_token=${body['access_token']}`)
    await browser.get('/users/sign_in?reset_password_token=sesame&%ff')
    const log = logLines.join('')
    ok(logLines.length > 8)
    const secrets = [
      password,
      'a wrong but secret password',
      browser.sessionCookie,
      code,
      body['access_token'],
      body['refresh_token'],
    ]
    secrets.push(
      client.state,
      client.verifier,
      anonymousUserIdSecret.reveal(),
      application.clientSecret,
      'c2VjcmV0OnNlY3JldA',
      'sesame',
      fresh.body['access_token'],
    )
    for (const one of secrets) ok(typeof one === 'string' && !log.includes(one), String(one))
  })
})
