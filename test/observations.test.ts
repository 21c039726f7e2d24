import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { suspendUser } from '#features/users/suspend-user.ts'
import { password } from './people.ts'
import { operator, startSignon } from './signon.ts'

const test = await startSignon({ trustedProxies: ['127.0.0.1'] })

// reference/accounts-and-sign-in.md 17; the others are named in the tests of their slices.
describe('observations about accounts', () => {
  it('observation 6: somebody whose address is not accepted any more is really suspended', async () => {
    const user = await test.user('Old address', { email: 'old.address@gmail.com', twoStep: true })
    const browser = await test.signedIn(user)
    equal((await browser.get('/')).status, 200)
    await suspendUser(test.signon, operator, { email: user.email, reason: 'left' })
    equal((await browser.get('/')).location, '/users/sign_in')
    equal((await test.browser().signIn(user.email)).status, 200)
    const [row] = await test.rows<{ is_suspended: boolean }>(
      'select suspended_at is not null as is_suspended from users where id = $1',
      [user.id],
    )
    equal(row?.is_suspended, true)
  })

  it('observation 12: every event of signing in knows address and browser (EL-Q12)', async () => {
    const user = await test.user('Traced', { twoStep: true })
    const from = { 'x-forwarded-for': '192.0.2.44', 'user-agent': 'Firefox of a test' }
    const sendFrom = async (path: string, fields: Record<string, string>, page: string) => {
      const { text } = await browser.get(page)
      const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
      const body = new URLSearchParams({ ...fields, csrf_token: token })
      return browser.send(path, { method: 'POST', body, headers: from })
    }
    const signIn = (typed: string) =>
      sendFrom('/users/sign_in', { 'user[email]': user.email, 'user[password]': typed }, '/users/sign_in')
    const browser = test.browser()
    await signIn('wrong')
    await signIn(password)
    const code = '/users/two_step_verification_session'
    await sendFrom(code, { code: '000000' }, `${code}/new`)
    await sendFrom(code, { code: test.code() }, `${code}/new`)
    await suspendUser(test.signon, operator, { email: user.email, reason: 'left' })
    browser.cookies.clear()
    await signIn(password)
    const events = await test.rows<{ number: number; address: string; user_agent: string }>(
      'select number, host(address) as address, user_agent from events where about_uid = $1 and number <> 2 order by id',
      [user.uid],
    )
    deepEqual(
      events,
      [12, 11, 22, 21, 13].map((number) => ({
        number,
        address: '192.0.2.44',
        user_agent: 'Firefox of a test',
      })),
    )
  })

  it('observation 14: odd addresses and user agents stop nobody, and are kept as what they are (EL-Q3, EL-Q8)', async () => {
    const user = await test.user('Odd')
    const odd = [
      ['fd00::1', ''],
      ['::1', 'x'.repeat(5000)],
      ['::ffff:192.0.2.9', 'ordinary'],
      ['2001:db8::8:800:200c:417a', 'ordinary'],
    ] as const
    for (const [address, userAgent] of odd) {
      const browser = test.browser()
      const { text } = await browser.get('/users/sign_in')
      const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
      const fields = { 'user[email]': user.email, 'user[password]': password, csrf_token: token }
      const headers = { 'x-forwarded-for': address, 'user-agent': userAgent }
      const answer = await browser.send('/users/sign_in', {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers,
      })
      equal(answer.status, 302, address)
    }
    const kept = await test.rows<{ address: string; agent: number | null }>(
      `select host(address) as address, length(user_agent) as agent from events where about_uid = $1 order by id`,
      [user.uid],
    )
    deepEqual(
      kept.map(({ address }) => address),
      ['fd00::1', '::1', '192.0.2.9', '2001:db8::8:800:200c:417a'],
    )
    equal(kept[1]?.agent, 1000)
  })

  it('observation 26: no link that is sent can be read in the database', async () => {
    const user = await test.user('Links')
    const browser = await test.signedIn(user)
    await browser.post('/account/email/edit', { 'user[email]': 'links.new@example.gov.uk' })
    await test.browser().post('/users/password', { 'user[email]': user.email }, '/users/password/new')
    const sent = (await test.mails()).flatMap(({ text }) => [...text.matchAll(/token=([\w-]+)/g)])
    ok(sent.length >= 3)
    const tokens = await test.rows<{ row: string }>(
      'select account_tokens::text as row from account_tokens where user_id = $1',
      [user.id],
    )
    equal(tokens.length, 3)
    for (const [, token = ''] of sent) for (const { row } of tokens) ok(!row.includes(token))
  })

  it('observation 24: pages that carry a token tell no other site, and run no script of others', async () => {
    for (const path of [
      '/users/password/edit?reset_password_token=x',
      '/users/confirmation?confirmation_token=x',
      '/users/confirmation/objection?token=x',
    ]) {
      const page = await test.browser().get(path)
      equal(page.headers.get('referrer-policy'), 'no-referrer', path)
      doesNotMatch(page.text, /<script[^>]+src="(?!\/assets\/)/, path)
      match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    }
  })

  it('observations 29 and 30: a failed sign-in keeps what was typed, and tells everybody alike of the lock', async () => {
    const user = await test.user('Kept')
    let page = await test.browser().signIn(user.email, 'wrong')
    match(page.text, /value="kept@example\.gov\.uk"/)
    match(page.text, /class="govuk-error-summary"[\s\S]*href="#email"/)
    for (let time = 0; time < 6; time += 1) page = await test.browser().signIn(user.email, 'wrong')
    match(page.text, /6 times will lock your account for 1 hour/)
    doesNotMatch(page.text, /reset it/)
    const stranger = await test.browser().signIn('stranger@example.gov.uk', 'wrong')
    match(stranger.text, /6 times will lock your account for 1 hour/)
  })

  it('observation 31: the browser judges passwords by the very file that the server judges them by', async () => {
    const served = await fetch(`${test.url}/assets/password-strength.js`)
    equal(served.status, 200)
    const judge = fileURLToPath(import.meta.resolve('#domain/password-strength.js'))
    equal(await served.text(), await readFile(judge, 'utf8'))
  })
})
