import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stepAt } from '#domain/totp.ts'
import type { User } from '#domain/user.ts'
import { day, hour, minute, second } from '#kernel/clock.ts'
import { codesOf } from '#outside/totp.ts'
import type { TestBrowser } from '#test/browser.ts'
import { testClient } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon({ environment: 'integration' })
const { signon, clock } = test

const codePath = '/users/two_step_verification_session/new'
const checkPath = '/users/two_step_verification_session'

/** Somebody with an authenticator app, whose password was right just now. */
const halfWay = async (name: string) => {
  clock.step(minute)
  const user = await test.user(name, { twoStep: true })
  const browser = test.browser()
  equal((await browser.signIn(user.email)).location, codePath)
  return { user, browser }
}

/** So many browsers of theirs, as far, which have the page open. */
const manyBrowsers = (user: User, count: number): Promise<readonly TestBrowser[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const browser = test.browser()
      browser.cookies.set('__Host-signon_session', await signon.single.sessions.open(user.id, 'password', {}))
      await browser.get(codePath)
      return browser
    }),
  )

/** Another browser of theirs, as far. */
const anotherBrowser = async (email: string): Promise<TestBrowser> => {
  const browser = test.browser()
  await browser.signIn(email)
  return browser
}

const wrong = () => (test.code() === '000000' ? '000001' : '000000')

const stateOf = async (id: number) => {
  const [row] = await test.rows<{
    attempts: number
    signedIn: Date | null
    count: number
    locked: Date | null
  }>(
    `select second_factor_attempts as attempts, nullif(last_signed_in_at, '-infinity') as "signedIn",
       sign_in_count as count, locked_at as locked
     from sign_in_states where user_id = $1`,
    [id],
  )
  return row
}

describe('the second step', () => {
  it('asks for a code in the words of the environment', async () => {
    const { browser } = await halfWay('Words')
    const { status, text } = await browser.get(codePath)
    equal(status, 200)
    match(text, /<title>\s*Enter the code for GOV.UK Signon Integration - /)
    match(text, /<h1[^>]*>Enter the code for GOV.UK Signon Integration<\/h1>/)
    match(text, /<label[^>]*>\s*Security code\s*<\/label>/)
    match(
      text,
      /6-digit code from your authenticator app\. In the app it is called Integration GOV\.UK Signon\./,
    )
    match(text, /autocomplete="one-time-code"/)
    match(text, /inputmode="numeric"/)
    match(text, /If you’re having problems/)
    match(text, /Sign out/)
  })

  it('lets in with the right code, under a new token, and remembers the browser', async () => {
    const { user, browser } = await halfWay('Right')
    const before = browser.sessionCookie ?? ''
    const answer = await browser.enterCode(test.code())
    deepEqual([answer.status, answer.location], [302, '/'])
    notEqual(browser.sessionCookie, before)
    equal((await signon.single.sessions.use(before)).state, 'none')
    equal((await browser.get('/')).status, 200)
    deepEqual(await test.events(user.uid), [11, 21])

    const line = answer.headers.getSetCookie().find((one) => one.includes('_browser=')) ?? ''
    match(
      line,
      /^__Host-signon_browser=[A-Za-z0-9_-]{43}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const [remembered] = await test.rows<{ found: boolean }>(
      `select exists (select from remembered_browsers where token_hash = sha256(convert_to($1, 'UTF8'))) as found`,
      [browser.cookies.get('__Host-signon_browser')],
    )
    equal(remembered?.found, true)
  })

  it('takes a code with spaces and hyphens', async () => {
    const { browser } = await halfWay('Spaces')
    const code = test.code()
    equal((await browser.enterCode(` ${code.slice(0, 3)} - ${code.slice(3)} `)).location, '/')
  })

  it('goes on to the page that was asked for before the password', async () => {
    clock.step(minute)
    const user = await test.user('Before', { twoStep: true })
    const browser = test.browser()
    await browser.get('/?before')
    await browser.signIn(user.email)
    equal((await browser.enterCode(test.code())).location, '/?before')
  })

  it('goes on to a page that was asked for while the code was pending', async () => {
    const { browser } = await halfWay('Pending')
    equal((await browser.get('/?pending')).location, codePath)
    equal((await browser.enterCode(test.code())).location, '/?pending')
  })

  it('leads back to the application, which its form may do', async () => {
    clock.step(minute)
    const application = await test.application('Whitehall')
    const user = await test.user('App', { twoStep: true, uses: [application] })
    const client = testClient(test.url, application)
    const browser = test.browser()
    await browser.get(client.authorizePath())
    await browser.signIn(user.email)
    equal((await browser.get(client.authorizePath())).location, codePath)
    match(
      (await browser.get(codePath)).headers.get('content-security-policy') ?? '',
      /form-action 'self' https:\/\/whitehall\.example;/,
    )
    equal((await browser.enterCode(test.code())).location, client.authorizePath())
    ok(await client.codeFor(browser))
  })

  it('observation 19: counts a sign-in only when it is complete', async () => {
    const { user, browser } = await halfWay('Counted')
    deepEqual([(await stateOf(user.id))?.count, (await stateOf(user.id))?.signedIn], [0, null])
    await browser.enterCode(test.code())
    deepEqual([(await stateOf(user.id))?.count, (await stateOf(user.id))?.signedIn], [1, clock.now()])
  })

  it('observation 14: takes a missing code, and any other text, for a wrong one', async () => {
    const { user, browser } = await halfWay('Garbage')
    for (const fields of [
      {},
      { code: '' },
      { code: 'x'.repeat(50_000) },
      { code: '１２３４５６' },
      { 'code[]': '1' },
    ])
      match((await browser.post(checkPath, fields, codePath)).text, /Sorry, that code didn’t work/)
    deepEqual(await test.events(user.uid), [11, 22, 22, 22, 22, 22])
    equal((await browser.enterCode(test.code())).location, '/')
    equal((await stateOf(user.id))?.attempts, 0)
  })

  it('tells nobody that a session is half way: whoever has none signs in, whoever is in goes on', async () => {
    equal((await test.browser().get(codePath)).location, '/users/sign_in')
    const { browser } = await halfWay('Both')
    await browser.enterCode(test.code())
    equal((await browser.get(codePath)).location, '/')
  })

  it('observation 23: answers 401 to a script', async () => {
    const { browser } = await halfWay('Script')
    equal((await browser.get('/', { accept: 'application/json' })).status, 401)
    equal((await browser.get('/', { 'x-requested-with': 'XMLHttpRequest' })).status, 401)
  })

  it('is undone by signing out', async () => {
    const { browser } = await halfWay('Out')
    equal((await browser.get('/users/sign_out')).location, '/users/sign_in')
    equal((await browser.get(codePath)).location, '/users/sign_in')
  })

  it('wants a form of ours', async () => {
    const { browser } = await halfWay('Forged')
    const body = new URLSearchParams({ code: test.code() })
    equal((await browser.send(checkPath, { method: 'POST', body })).status, 422)
  })
})

describe('a code', () => {
  it('is good in its own step and in the next, and no longer', async () => {
    clock.step(30 * second - (clock.now().getTime() % (30 * second)))
    const made = test.code()
    for (const [later, isGood] of [
      [29, true],
      [59, true],
      [60, false],
    ] as const) {
      const { user } = await halfWay(`Step ${later}`)
      await test.rows('delete from sessions where user_id = $1', [user.id])
      clock.step(30 * second - (clock.now().getTime() % (30 * second)))
      const code = test.code()
      const browser = await anotherBrowser(user.email)
      clock.step(later * second)
      equal((await browser.enterCode(code)).status, isGood ? 302 : 200, String(later))
    }
    equal(made.length, 6)
  })

  it('observation 3: is good once, in whatever browser', async () => {
    const { user, browser } = await halfWay('Once')
    const code = test.code()
    const other = await anotherBrowser(user.email)
    await browser.enterCode(code)
    match((await other.enterCode(code)).text, /That code was used already/)
  })

  it('is not good any more when a later one was used', async () => {
    const { user, browser } = await halfWay('Later')
    const earlier = test.code(-30)
    await browser.enterCode(test.code())
    match((await (await anotherBrowser(user.email)).enterCode(earlier)).text, /That code was used already/)
  })

  it('is good once among fifty that come at the same moment', async () => {
    const { user } = await halfWay('Fifty')
    const browsers = await manyBrowsers(user, 50)
    const answers = await Promise.all(browsers.map((browser) => browser.enterCode(test.code())))
    equal(answers.filter(({ location }) => location === '/').length, 1)
    const [row] = await test.rows<{ count: number }>(
      `select count(*)::int as count from events where about_uid = $1 and number = 21`,
      [user.uid],
    )
    equal(row?.count, 1)
  })

  it('that is right for a clock up to ten minutes off is refused with words about the clock', async () => {
    for (const [seconds, words] of [
      [-600, /about 10 minutes behind ours/],
      [-300, /about 5 minutes behind ours/],
      [-60, /about 1 minute behind ours/],
      [30, /about 30 seconds ahead of ours/],
      [600, /about 10 minutes ahead of ours/],
      [-660, /Sorry, that code didn’t work/],
      [660, /Sorry, that code didn’t work/],
    ] as const) {
      const { user, browser } = await halfWay(`Clock ${seconds}`)
      const answer = await browser.enterCode(test.code(seconds))
      equal(answer.status, 200)
      match(answer.text, words, String(seconds))
      deepEqual(await test.events(user.uid), [11, 22])
    }
  })

  it('that was refused because its time was still to come is not good when it has come', async () => {
    const { user, browser } = await halfWay('Guessed early')
    const guessed = test.code(120)
    for (const seconds of [120, 120, 600, 30])
      match((await browser.enterCode(test.code(seconds))).text, /ahead of ours/, String(seconds))
    clock.step(2 * minute)
    const other = await anotherBrowser(user.email)
    for (const one of [browser, other])
      match((await one.enterCode(guessed)).text, /That code was used already/)
    clock.step(30 * second)
    match((await browser.enterCode(guessed)).text, /That code was used already/)
    equal((await browser.enterCode(test.code())).location, '/')
  })

  it('that is refused early is kept only until its time is over', async () => {
    const { user, browser } = await halfWay('Kept')
    await browser.enterCode(test.code(60))
    await browser.enterCode(test.code(120))
    clock.step(4 * minute)
    await browser.enterCode(test.code(30))
    const [row] = await test.rows<{ steps: readonly string[] }>(
      'select refused_steps as steps from totp_factors where user_id = $1',
      [user.id],
    )
    deepEqual(row?.steps, [String(stepAt(clock.now()) + 1)])
  })

  it('that was refused early in one app is good in another', async () => {
    const { user, browser } = await halfWay('Two apps')
    const secret = 'A'.repeat(32)
    await signon.single.secondFactors.add(user.id, { name: 'Tablet', secret, lastStep: 0 })
    await browser.enterCode(test.code(60))
    clock.step(minute)
    equal((await browser.enterCode(codesOf(secret)(stepAt(clock.now())))).location, '/')
  })

  it('of somebody else lets nobody in', async () => {
    const { browser } = await halfWay('Mine')
    const other = await test.user('Other secret', { twoStep: true })
    await signon.transaction(async (work) => {
      await work.secondFactors.removeAll(other.id)
      await work.secondFactors.add(other.id, { name: 'x', secret: 'A'.repeat(32), lastStep: 0 })
    })
    const theirs = await anotherBrowser(other.email)
    match((await theirs.enterCode(test.code())).text, /Sorry, that code didn’t work/)
    equal((await browser.enterCode(test.code())).location, '/')
  })
})

describe('the tenth wrong code', () => {
  it('locks the account, signs out everywhere, and says until when in UK time', async () => {
    const { user, browser } = await halfWay('Tenth')
    for (let attempt = 1; attempt <= 9; attempt += 1) equal((await browser.enterCode(wrong())).status, 200)
    const other = await anotherBrowser(user.email)
    const { text } = await browser.enterCode(wrong())
    match(text, /<h1[^>]*>Account locked<\/h1>/)
    match(text, /unlocks at \d{1,2}:\d\d[ap]m UK time/)
    const events = await test.events(user.uid)
    deepEqual(events.slice(-3), [11, 22, 23])
    equal((await browser.get('/')).location, '/users/sign_in')
    equal((await other.get('/')).location, '/users/sign_in')
    match((await test.browser().signIn(user.email)).text, /Invalid email or password/)

    clock.step(hour)
    const again = await anotherBrowser(user.email)
    equal((await stateOf(user.id))?.attempts, 0)
    equal((await again.enterCode(test.code())).location, '/')
  })

  it('is counted across browsers, and a right password does not start the count again', async () => {
    const { user } = await halfWay('Across')
    for (let attempt = 1; attempt <= 9; attempt += 1)
      await (await anotherBrowser(user.email)).enterCode(wrong())
    match((await (await anotherBrowser(user.email)).enterCode(wrong())).text, /Account locked/)
  })

  it('is not reached when a right one comes before', async () => {
    const { user, browser } = await halfWay('Ninth')
    for (let attempt = 1; attempt <= 9; attempt += 1) await browser.enterCode(wrong())
    equal((await browser.enterCode(test.code())).location, '/')
    equal((await stateOf(user.id))?.attempts, 0)
  })

  it('is the last that is looked at, of however many at the same moment', async () => {
    const { user } = await halfWay('Guesses')
    const browsers = await manyBrowsers(user, 30)
    await Promise.all(browsers.map((browser) => browser.enterCode(wrong())))
    const events = await test.events(user.uid)
    deepEqual(
      [events.filter((number) => number === 22).length, events.filter((number) => number === 23).length],
      [10, 1],
    )
  })

  it('is not put off by choosing another password', async () => {
    const { user, browser } = await halfWay('Resets')
    for (let attempt = 1; attempt <= 9; attempt += 1) await browser.enterCode(wrong())
    const hash = await signon.passwords.hash('another correct horse staple')
    await signon.transaction((work) => work.passwords.replace(user.id, hash))
    equal((await stateOf(user.id))?.attempts, 9)
    match((await browser.enterCode(wrong())).text, /Account locked/)
  })

  it('locks for its hour, whatever password is chosen meanwhile', async () => {
    const { user, browser } = await halfWay('Stays locked')
    for (let attempt = 1; attempt <= 10; attempt += 1) await browser.enterCode(wrong())
    const [fresh, lockedAt] = ['another correct horse staple', clock.now()]
    const hash = await signon.passwords.hash(fresh)
    await signon.transaction((work) => work.passwords.replace(user.id, hash))
    deepEqual((await stateOf(user.id))?.locked, lockedAt)
    match((await test.browser().signIn(user.email, fresh)).text, /Invalid email or password/)

    clock.step(hour)
    const again = test.browser()
    equal((await again.signIn(user.email, fresh)).location, codePath)
    equal((await again.enterCode(test.code())).location, '/')
  })

  it('keeps the right code out too, while the lock lasts', async () => {
    const { user, browser } = await halfWay('Locked right')
    await test.rows('update sign_in_states set locked_at = $2 where user_id = $1', [user.id, clock.now()])
    match((await browser.enterCode(test.code())).text, /Account locked/)
  })

  it('ends remembered browsers', async () => {
    const { user, browser } = await halfWay('Forgotten')
    await browser.enterCode(test.code())
    const other = test.browser()
    await other.signIn(user.email)
    for (let attempt = 1; attempt <= 10; attempt += 1) await other.enterCode(wrong())
    equal((await test.rows('select from remembered_browsers where user_id = $1', [user.id])).length, 0)
  })

  it('observation 15: of one address is throttled, whoever it is about', async () => {
    const { user, browser } = await halfWay('Throttled')
    await test.rows(
      `insert into throttles (name, caller, window_start, count)
       values ('two-step', '127.0.0.1', to_timestamp(floor(extract(epoch from $1::timestamptz) / 600) * 600), 200)
       on conflict (name, caller, window_start) do update set count = 200`,
      [clock.now()],
    )
    const answer = await browser.enterCode(test.code())
    equal(answer.status, 429)
    ok(Number(answer.headers.get('retry-after')) > 0)
    deepEqual(await test.events(user.uid), [11])
    await test.rows('delete from throttles')
  })
})

describe('a remembered browser', () => {
  const remembered = async (name: string) => {
    const half = await halfWay(name)
    await half.browser.enterCode(test.code())
    await half.browser.get('/users/sign_out')
    return half
  }

  it('is not asked again for thirty days, nor after signing out', async () => {
    const { user, browser } = await remembered('Thirty')
    clock.step(30 * day - 1)
    equal((await browser.signIn(user.email)).location, '/')
    equal((await browser.get('/')).status, 200)
    const [session] = await test.rows<{ method: string }>('select method from sessions where user_id = $1', [
      user.id,
    ])
    equal(session?.method, 'remembered')
    equal((await stateOf(user.id))?.count, 2)
    await browser.get('/users/sign_out')
    clock.step(1)
    equal((await browser.signIn(user.email)).location, codePath)
  })

  it('is asked when the cookie is another person’s, or made up, or only its id is known', async () => {
    const { browser } = await remembered('Owner')
    const thief = await test.user('Thief', { twoStep: true })
    equal((await browser.signIn(thief.email)).location, codePath)
    const token = browser.cookies.get('__Host-signon_browser') ?? ''
    for (const forged of ['x', `${token.slice(0, 11)}${'A'.repeat(32)}`, 'A'.repeat(43)]) {
      const other = test.browser()
      other.cookies.set('__Host-signon_browser', forged)
      equal((await other.signIn('owner@example.gov.uk')).location, codePath, forged)
    }
  })

  it('that is being forgotten lets nobody in', async () => {
    const { user, browser } = await remembered('Race')
    const token = browser.cookies.get('__Host-signon_browser')
    const attempt = await signon.single.signIns.begin(user.email, 'here')
    ok(attempt)
    const opened = await signon.transaction(async (work) => {
      await work.users.lockById(user.id)
      const waiting = signon.single.signIns.complete(attempt, { caller: 'here' }, token)
      await work.rememberedBrowsers.endAll(user.id)
      return { waiting }
    })
    equal((await opened.waiting)?.level, 'password')
  })
})

describe('a recovery code', () => {
  const recoveryPath = '/users/two_step_verification_session/recovery_code'
  const withCodes = async (name: string) => {
    const half = await halfWay(name)
    const codes = await signon.transaction((work) => work.recoveryCodes.renew(half.user.id))
    return { ...half, codes }
  }

  it('lets in once, from its own page or from that of the code', async () => {
    const { user, browser, codes } = await withCodes('Recovery')
    const [first = '', second = ''] = codes
    match((await browser.get(codePath)).text, /Use a recovery code/)
    equal((await browser.post(recoveryPath, { code: first.toUpperCase() })).location, '/')
    deepEqual(await test.events(user.uid), [11, 63, 21])
    ok((await test.mails()).some(({ to }) => to === user.email))

    const again = await anotherBrowser(user.email)
    match((await again.post(recoveryPath, { code: first })).text, /Sorry, that code didn’t work/)
    equal((await again.enterCode(second.replaceAll('-', ' '))).location, '/')
    equal(await signon.single.recoveryCodes.count(user.id), 8)
  })

  it('is good once among many that come at the same moment', async () => {
    const { user, codes } = await withCodes('Recovery parallel')
    const browsers = await manyBrowsers(user, 9)
    const answers = await Promise.all(browsers.map((browser) => browser.enterCode(codes[0] ?? '')))
    equal(answers.filter(({ location }) => location === '/').length, 1)
  })

  it('counts as an attempt when it is wrong', async () => {
    const { browser } = await withCodes('Recovery guess')
    for (let attempt = 1; attempt <= 9; attempt += 1)
      await browser.post(recoveryPath, { code: 'aaaa-bbbb-cccc-dddd' })
    match((await browser.post(recoveryPath, { code: 'aaaa-bbbb-cccc-dddd' })).text, /Account locked/)
  })

  it('is ten of them, stored as hashes', async () => {
    const { user, codes } = await withCodes('Hashes')
    equal(new Set(codes).size, 10)
    for (const code of codes) match(code, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
    const rows = await test.rows<{ hex: string }>(
      `select encode(code_hash, 'hex') as hex from recovery_codes where user_id = $1`,
      [user.id],
    )
    equal(rows.length, 10)
  })
})
