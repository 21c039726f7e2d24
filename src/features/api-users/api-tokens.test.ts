import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { after, day, hour } from '#kernel/clock.ts'
import { randomSecret } from '#kernel/token.ts'
import type { TestBrowser } from '#test/browser.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const logLines: string[] = []
const test = await startSignon({ logLines })
const { signon, clock } = test

const publisher = await test.application('Publishing API')
const browser = await test.signedIn(await test.user('Sue', { role: 'superadmin', twoStep: true }))
const { single } = signon

const apiUser = (name: string): Promise<User> => {
  const email = `${name.toLowerCase()}@machines.example.gov.uk`
  const nobodys = { role: 'normal', organisationId: null, passwordHash: null } as const
  return signon.transaction((work) => work.users.add({ kind: 'machine', name, email, ...nobodys }))
}

const newPath = ({ id }: User) => `/api_users/${id}/authorisations/new`
const tokensPath = ({ id }: User) => `/api_users/${id}/manage_tokens`

const fieldsFor = (application: TestApplication, user: User, others = {}) => ({
  'authorisation[application_id]': String(application.id),
  'authorisation[purpose]': '',
  'authorisation[owner_email]': user.email,
  'authorisation[days]': '730',
  ...others,
})

const tokenIn = (text: string): string => /id="token"[^>]*value="([^"]*)"/.exec(text)?.[1] ?? ''

const use = async (token: string, application = publisher): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${test.url}/user.json?client_id=${application.clientId}`, { headers })).status
}

/** What the form of a page holds in hidden fields. */
const hiddenOf = async (page: string, theirs: TestBrowser = browser) =>
  Object.fromEntries(
    [...(await theirs.get(page)).text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  )

const send = (path: string, fields: Readonly<Record<string, string>>) =>
  browser.send(path, { method: 'POST', body: new URLSearchParams(fields) })

const rowsOf = (user: User) =>
  test.rows<{ id: number; revoked: boolean }>(
    'select id, revoked_at is not null as revoked from api_tokens where user_id = $1 order by id',
    [user.id],
  )

const made = async (user: User, others = {}): Promise<string> =>
  tokenIn((await browser.post(newPath(user), fieldsFor(publisher, user, others))).text)

describe('creating an access token in the page', () => {
  it('goes by the words of the manual: an application, a button, and the token once (admin-ui 12, case 25)', async () => {
    const user = await apiUser('Manual')
    const page = await browser.get(`/api_users/${user.id}/edit`)
    match(page.text, /href="\/api_users\/\d+\/authorisations\/new"[^>]*>\s*Add application token/)
    const form = await browser.get(newPath(user))
    match(form.text, /<label[^>]*>\s*Application\s*<\/label>/)
    match(form.text, /Create access token/)
    const usual = [...form.text.matchAll(/name="(authorisation[^"]+)"[^>]*value="([^"]*)"/g)]
    deepEqual(Object.fromEntries(usual.map(([, name, value]) => [name, value])), {
      'authorisation[owner_email]': user.email,
      'authorisation[days]': '731',
      'authorisation[purpose]': '',
    })

    const answer = await browser.post(newPath(user), fieldsFor(publisher, user))
    equal(answer.status, 200)
    match(answer.text, /Make sure to copy the access token for Publishing API now\. You won’t be able/)
    match(answer.text, /data-copy[\s\S]*<button[^>]*hidden/)
    const token = tokenIn(answer.text)
    match(token, /^sgn_[\w-]{43}$/)
    equal(await use(token), 200)
    deepEqual(await test.events(user.uid), [35, 29])
  })

  it('keeps the token out of caches, referrers, cookies, pages, the log, events, jobs and the database', async () => {
    const user = await apiUser('Hidden')
    const answer = await browser.post(newPath(user), fieldsFor(publisher, user))
    const secret = tokenIn(answer.text).slice(8)
    equal(secret.length, 39)
    deepEqual(
      [answer.headers.get('cache-control'), answer.headers.get('referrer-policy')],
      ['no-store', 'no-referrer'],
    )
    ok(![...browser.cookies.values(), answer.location].join().includes(secret))
    for (const path of [tokensPath(user), newPath(user), `/api_users/${user.id}/edit`, '/'])
      ok(!(await browser.get(path)).text.includes(secret), path)
    ok(!logLines.join('').includes(secret))
    ok(logLines.join('').includes(newPath(user)))
    for (const table of ['events', 'api_tokens', 'graphile_worker._private_jobs']) {
      const [row] = await test.rows<{ all: string }>(`select string_agg(r::text, '') as all from ${table} r`)
      ok(!row?.all.includes(secret), table)
    }
  })

  it('admin-ui 13, observation 7: says what is wrong beside the fields, and keeps what was typed', async () => {
    const user = await apiUser('Wrong')
    const retired = await test.application('Out of service')
    await single.applications.retire(retired.id)
    doesNotMatch((await browser.get(newPath(user))).text, /Out of service/)
    const cases = [
      [{ 'authorisation[application_id]': '' }, /Select an application/],
      [{ 'authorisation[application_id]': String(retired.id) }, /Select an application/],
      [{ 'authorisation[application_id]': '99999' }, /Select an application/],
      [{ 'authorisation[purpose]': 'x'.repeat(256) }, /Purpose must be 255/],
      [{ 'authorisation[owner_email]': '' }, /Enter an email address/],
      [{ 'authorisation[owner_email]': 'me@gmail.com' }, /workplace email[\s\S]*value="me@gmail\.com"/],
      ...['0', '3651', '-1', '1.5', '1e2', 'x', '', '999999999999'].map(
        (days) => [{ 'authorisation[days]': days }, /whole number of days, from 1 to 3650/] as const,
      ),
    ] as const
    for (const [others, words] of cases) {
      const page = await browser.post(newPath(user), fieldsFor(publisher, user, others))
      deepEqual([page.status, tokenIn(page.text)], [422, ''], JSON.stringify(others))
      match(page.text, words)
      match(page.text, /<title>\s*Error: Create new access token for Wrong/)
    }
    deepEqual([await rowsOf(user), await test.events(user.uid)], [[], []])
  })

  it('makes one token of one form, however often and however fast it is sent', async () => {
    const user = await apiUser('Replay')
    const hidden = await hiddenOf(newPath(user))
    const fields = { ...fieldsFor(publisher, user), ...hidden }
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(newPath(user), fields)))
    deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409])
    const refused = answers.find(({ status }) => status === 409)
    match(refused?.text ?? '', /This access token was created already/)
    match(refused?.text ?? '', /no second one was created/)
    equal(tokenIn(refused?.text ?? ''), '')
    equal((await rowsOf(user)).length, 1)
    deepEqual(await test.events(user.uid), [35, 29])

    const other = await apiUser('Borrower')
    equal((await send(newPath(other), fields)).status, 409)
    equal((await rowsOf(other)).length, 0)
    for (const key of ['', 'short', 'x'.repeat(44), `${'x'.repeat(42)}!`]) {
      equal((await send(newPath(user), { ...fields, request_key: key })).status, 400)
    }
    equal((await rowsOf(user)).length, 1)
  })

  it('admin-ui 12, case 26; roles 8, case 18: allows several for an application, and grants signin once', async () => {
    const user = await apiUser('Several')
    const tokens = [await made(user), await made(user)]
    deepEqual(await Promise.all(tokens.map((token) => use(token))), [200, 200])
    deepEqual(await test.events(user.uid), [35, 29, 29])
  })

  it('is refused to who is suspended, also when that happens after the form was opened', async () => {
    const user = await apiUser('Suspended')
    const hidden = await hiddenOf(newPath(user))
    await single.users.suspend(user.id, 'left')
    equal((await browser.get(newPath(user))).status, 409)
    equal((await send(newPath(user), { ...fieldsFor(publisher, user), ...hidden })).status, 409)
    doesNotMatch((await browser.get(tokensPath(user))).text, /authorisations\/new/)
    deepEqual(await rowsOf(user), [])
  })
})

describe('the tokens of an API user', () => {
  it('OA-Q18, OA-Q19: are shown by their prefix, with purpose, owner, days and last use, those without an end as well', async () => {
    const user = await apiUser('Shown')
    const token = await made(user, {
      'authorisation[purpose]': 'Nightly <b>import</b>',
      'authorisation[owner_email]': 'Team@example.gov.uk',
    })
    await single.apiTokens.add({
      user: user.id,
      application: publisher.id,
      text: randomSecret(signon.random),
      purpose: null,
      expiresAt: null,
    })
    await use(token)
    const { text } = await browser.get(tokensPath(user))
    ok(text.includes(`${token.slice(0, 8)}…`))
    for (const words of [
      /Nightly &lt;b&gt;import/,
      /team@example\.gov\.uk/,
      /2 November 2026/,
      /1 November 2028/,
      /In the hour from 9:00am, 2 November 2026/,
      /Never/,
      /Revoke<span[^>]*> token sgn_.{4}… giving Shown access to Publishing API/,
    ])
      match(text, words)
  })

  it('are not shown when they were revoked, or their application was retired', async () => {
    const user = await apiUser('Gone')
    const retired = await test.application('Leaving')
    await browser.post(newPath(user), fieldsFor(retired, user))
    match((await browser.get(tokensPath(user))).text, /Leaving/)
    await single.applications.retire(retired.id)
    match((await browser.get(tokensPath(user))).text, /There are no tokens/)
    match((await browser.get(`/api_users/${user.id}/edit`)).text, /No tokens/)
  })

  it('are marked 60 days before they expire, by the calendar of London, and when they have', async () => {
    const user = await apiUser('Ending')
    await made(user)
    const now = clock.now()
    const seen = async (expiresAt: Date) => {
      await test.rows('update api_tokens set expires_at = $2 where user_id = $1', [user.id, expiresAt])
      const tag = /Expire[sd][^<]*(?=<\/strong>)/.exec((await browser.get(tokensPath(user))).text)?.[0].trim()
      const page = (await browser.get(`/api_users/${user.id}/edit`)).text
      return [tag, /The token for [^.<]*\./.exec(page)?.[0]]
    }
    const the = 'The token for Publishing API'
    deepEqual(await seen(after(now, 61 * day)), [undefined, undefined])
    deepEqual(await seen(after(now, 60 * day)), ['Expires in 60 days', `${the} expires in 60 days.`])
    deepEqual(await seen(after(now, day)), ['Expires tomorrow', `${the} expires tomorrow.`])
    deepEqual(await seen(after(now, hour)), ['Expires today', `${the} expires today.`])
    deepEqual(await seen(now), ['Expired', `${the} has expired.`])
  })

  it('of the old kinds are good: 43 URL-safe and 64 hexadecimal characters', async () => {
    for (const text of [randomSecret(signon.random), signon.random.bytes(32).toString('hex')]) {
      const { user, token } = await test.machine(`Old ${text.length}`, publisher, { text })
      equal(await use(token), 200)
      ok((await browser.get(tokensPath(user))).text.includes(`${text.slice(0, 8)}…`))
    }
  })
})

describe('replacing a token', () => {
  const replacePath = (user: User, id = 0) => `/api_users/${user.id}/authorisations/${id}/replace`

  it('makes one beside it, for the same application, purpose and owner, and says when the old one can go', async () => {
    const user = await apiUser('Rotating')
    const said = { 'authorisation[purpose]': 'Backup', 'authorisation[owner_email]': 'ops@example.gov.uk' }
    const old = await made(user, said)
    const [{ id } = { id: 0 }] = await rowsOf(user)
    const answer = await browser.post(replacePath(user, id), { 'authorisation[days]': '30' })
    equal(answer.status, 200)
    const fresh = tokenIn(answer.text)
    match(answer.text, /Revoke that one when this one is in use/)
    equal(answer.headers.get('referrer-policy'), 'no-referrer')

    const tokens = await single.apiTokens.list(user.id)
    deepEqual(
      tokens.map(({ purpose, ownerEmail, replaces }) => [purpose, ownerEmail, replaces]),
      [
        ['Backup', 'ops@example.gov.uk', null],
        ['Backup', 'ops@example.gov.uk', id],
      ],
    )
    deepEqual(tokens[1]?.expiresAt, after(clock.now(), 30 * day))
    const listed = (await browser.get(tokensPath(user))).text
    match(listed, new RegExp(`${fresh.slice(0, 8)}… replaces it and has not been used yet`))
    match(listed, new RegExp(`It replaces ${old.slice(0, 8)}…, which has not been revoked yet`))
    equal([...listed.matchAll(/>\s*Replace</g)].length, 1)

    deepEqual([await use(old), await use(fresh)], [200, 200])
    match((await browser.get(tokensPath(user))).text, /is in use, so this one can be revoked/)
    await browser.post(`/api_users/${user.id}/authorisations/${id}/edit`, {})
    deepEqual([await use(old), await use(fresh)], [401, 200])
    doesNotMatch((await browser.get(tokensPath(user))).text, /It replaces/)
    deepEqual(await test.events(user.uid), [35, 29, 29, 30])
  })

  it('happens once, however many forms are sent at once', async () => {
    const user = await apiUser('Racing')
    await made(user)
    const [{ id } = { id: 0 }] = await rowsOf(user)
    const path = replacePath(user, id)
    const forms = await Promise.all(Array.from({ length: 4 }, () => hiddenOf(path)))
    equal(new Set(forms.map((form) => form['request_key'])).size, 4)
    const days = { 'authorisation[days]': '30' }
    const answers = await Promise.all(forms.map((form) => send(path, { ...form, ...days })))
    deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409])
    equal((await rowsOf(user)).length, 2)

    const [first] = forms.filter((_, index) => answers[index]?.status === 200)
    match((await send(path, { ...first, ...days })).text, /This access token was created already/)
    equal((await browser.get(path)).status, 409)
    equal((await rowsOf(user)).length, 2)
  })

  it('can be done again when the replacement was lost and revoked, and not for what was revoked', async () => {
    const user = await apiUser('Losing')
    await made(user)
    const [{ id: old } = { id: 0 }] = await rowsOf(user)
    await browser.post(replacePath(user, old), { 'authorisation[days]': '30' })
    const lost = (await rowsOf(user))[1]?.id
    await browser.post(`/api_users/${user.id}/authorisations/${lost}/edit`, {})
    const hidden = await hiddenOf(replacePath(user, old))
    equal((await browser.post(replacePath(user, old), { 'authorisation[days]': '30' })).status, 200)
    await browser.post(`/api_users/${user.id}/authorisations/${old}/edit`, {})
    equal((await send(replacePath(user, old), { ...hidden, 'authorisation[days]': '30' })).status, 404)
    equal((await rowsOf(user)).length, 3)
  })

  it('asks for a lifetime that there is', async () => {
    const user = await apiUser('Lifetime')
    await made(user)
    const [{ id } = { id: 0 }] = await rowsOf(user)
    const page = await browser.post(replacePath(user, id), { 'authorisation[days]': '4000' })
    equal(page.status, 422)
    match(page.text, /whole number of days[\s\S]*value="4000"/)
    equal((await rowsOf(user)).length, 1)
  })
})

describe('revoking a token in the page', () => {
  it('roles 8, case 17: asks first, ends it at once, keeps what its owner holds, and happens once', async () => {
    const user = await apiUser('Ended')
    const token = await made(user)
    const [{ id } = { id: 0 }] = await rowsOf(user)
    const path = `/api_users/${user.id}/authorisations/${id}/edit`
    const hidden = await hiddenOf(path)
    match((await browser.get(path)).text, /Whatever uses this token will be refused at once/)
    equal(await use(token), 200)
    const answers = await Promise.all([1, 2, 3].map(() => send(path, hidden)))
    deepEqual(answers.map(({ status }) => status).toSorted(), [303, 409, 409])
    match((await browser.get(tokensPath(user))).text, /Access for Publishing API was revoked/)
    equal(await use(token), 401)
    deepEqual(await single.grants.heldByApplication(user.id), { 'Publishing API': ['signin'] })
    deepEqual(await test.events(user.uid), [35, 29, 30])
  })

  it('reaches no token of another API user', async () => {
    const [mine, theirs] = [await apiUser('Mine'), await apiUser('Theirs')]
    const token = await made(theirs)
    await made(mine)
    const [{ id } = { id: 0 }] = await rowsOf(theirs)
    const hidden = await hiddenOf(newPath(mine))
    for (const action of ['edit', 'replace']) {
      const path = `/api_users/${mine.id}/authorisations/${id}/${action}`
      equal((await browser.get(path)).status, 404)
      equal((await send(path, { ...hidden, 'authorisation[days]': '30' })).status, 404)
    }
    equal(await use(token), 200)
    deepEqual([(await rowsOf(mine)).length, (await rowsOf(theirs)).length], [1, 1])
  })

  it('happens by no link, and by no form that is not ours', async () => {
    const user = await apiUser('Forged')
    const token = await made(user)
    const [{ id } = { id: 0 }] = await rowsOf(user)
    for (const path of [`${id}/edit`, `${id}/replace`, 'new']) {
      const address = `/api_users/${user.id}/authorisations/${path}`
      await browser.get(address)
      equal((await send(address, fieldsFor(publisher, user, { request_key: 'k'.repeat(43) }))).status, 422)
    }
    deepEqual([await use(token), (await rowsOf(user)).length], [200, 1])
  })
})
