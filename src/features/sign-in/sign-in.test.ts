import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { hour, minute } from '#kernel/clock.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon, clock } = test

describe('signing in', () => {
  it('shows the words that people look for', async () => {
    const page = await test.browser().get('/users/sign_in')
    equal(page.status, 200)
    match(page.text, /<title>\s*Sign in - GOV.UK Signon/)
    match(page.text, /<h1[^>]*>Sign in<\/h1>/)
    match(page.text, /<label[^>]*>\s*Email\s*<\/label>/)
    match(page.text, /<label[^>]*>\s*Password\s*<\/label>/)
    match(page.text, /<button[^>]*>\s*Sign in\s*<\/button>/)
  })

  it('leads to the dashboard, records where it came from, and renews the session', async () => {
    const ada = await test.user('Ada Lovelace')
    const browser = test.browser()
    const answer = await browser.signIn('  ADA.lovelace@example.gov.uk ')
    deepEqual([answer.status, answer.location], [302, '/'])
    const first = browser.sessionCookie

    const [event] = await test.rows<{ number: number; address: string; user_agent: string }>(
      'select number, host(address) as address, user_agent from events where about_uid = $1',
      [ada.uid],
    )
    deepEqual([event?.number, event?.address, event?.user_agent], [11, '127.0.0.1', 'node'])
    match((await browser.get('/')).text, /Your applications/)
    ok(first)
  })

  it('comes back to the page that was asked for', async () => {
    await test.user('Back')
    const browser = test.browser()
    const sentAway = await browser.get('/?from=a%20link')
    deepEqual([sentAway.status, sentAway.location], [302, '/users/sign_in'])
    equal((await browser.signIn('back@example.gov.uk')).location, '/?from=a%20link')
  })

  it('forgets a page whose address is longer than 2,048 bytes', async () => {
    await test.user('Long')
    const browser = test.browser()
    await browser.get(`/?${'x'.repeat(2050)}`)
    equal((await browser.signIn('long@example.gov.uk')).location, '/')
  })

  it('goes to no other site, whatever the return cookie says', async () => {
    await test.user('Safe')
    for (const evil of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
    ]) {
      const browser = test.browser()
      browser.cookies.set('__Host-signon_return', encodeURIComponent(evil))
      equal((await browser.signIn('safe@example.gov.uk')).location, '/', evil)
    }
  })

  it('goes on to where this page was opened from, whatever another tab asked for since', async () => {
    await test.user('Tabs')
    const browser = test.browser()
    await browser.get('/?first')
    const page = await browser.get('/users/sign_in')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const goal = /name="return_to" value="(?<goal>[^"]+)"/.exec(page.text)?.groups?.['goal'] ?? ''
    await browser.get('/?second')
    const fields = { 'user[email]': 'tabs@example.gov.uk', 'user[password]': password, return_to: goal }
    const body = new URLSearchParams({ ...fields, csrf_token: csrf })
    equal((await browser.send('/users/sign_in', { method: 'POST', body })).location, '/?first')
  })

  it('goes on to no other site, whatever the form says', async () => {
    await test.user('Forged')
    const browser = test.browser()
    const fields = { 'user[email]': 'forged@example.gov.uk', 'user[password]': password }
    const page = await browser.get('/users/sign_in')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const body = new URLSearchParams({ ...fields, return_to: '//evil.example', csrf_token: csrf })
    equal((await browser.send('/users/sign_in', { method: 'POST', body })).location, '/')
  })

  it('tells nobody whether the address, the password or the moment was wrong', async () => {
    const known = await test.user('Known')
    const bodies = []
    for (const [email, typed] of [
      ['known@example.gov.uk', 'wrong'],
      ['nobody@example.gov.uk', 'wrong'],
      ['known@example.gov.uk', ''],
      ['', ''],
    ] as const) {
      const answer = await test.browser().signIn(email, typed)
      equal(answer.status, 200)
      bodies.push(answer.text.replaceAll(/(?:value|data-passkey-options)="[^"]*"/g, ''))
    }
    equal(new Set(bodies).size, 1)
    match(bodies[0] ?? '', /Invalid email or password/)
    deepEqual(await test.events(known.uid), [12, 12])
  })

  it('observation 13: keeps an unknown address only as a keyed hash', async () => {
    await test.browser().signIn('my-actual-password-oops', 'whatever')
    const [event] = await test.rows<{ note: string; about_uid: string | null }>(
      'select note, about_uid from events where number = 38 order by id desc limit 1',
    )
    match(event?.note ?? '', /^address [0-9a-f]{32}$/)
    equal(event?.about_uid, null)
  })

  it('refuses a form that is not ours', async () => {
    const answer = await test.browser().send('/users/sign_in', {
      method: 'POST',
      body: new URLSearchParams({ 'user[email]': 'a@b.example', 'user[password]': password }),
    })
    equal(answer.status, 422)
  })

  it('takes any shape of parameters for a wrong sign-in, and never breaks', async () => {
    const browser = test.browser()
    for (const fields of [
      [['user[email][x]', 'y']],
      [
        ['user[email]', 'a'],
        ['user[email]', 'b'],
      ],
      [['user', 'x']],
      [['user[email]', 'x'.repeat(100_000)]],
    ] as [string, string][][]) {
      const answer = await browser.post('/users/sign_in', fields)
      equal(answer.status, 200)
      match(answer.text, /Invalid email or password/)
    }
    equal((await browser.post('/users/sign_in', { 'user[email]': 'x'.repeat(2 ** 20) })).status, 413)
  })

  it('refuses broken escapes, NUL and bytes that are no UTF-8', async () => {
    for (const body of ['user[email]=%ff', 'user[email]=%00', 'user[email]=%zz', '\xff']) {
      const answer = await test.browser().send('/users/sign_in', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(body, 'latin1'),
      })
      equal(answer.status, 400, body)
    }
    equal((await test.browser().get('/users/sign_in?x=%ff')).status, 400)
  })

  it('shows a suspended person why, only with the right password', async () => {
    const user = await test.user('Sus')
    await signon.transaction((work) => work.users.suspend(user.id, 'left'))
    match(
      (await test.browser().signIn('sus@example.gov.uk')).text,
      /suspended\. Your GOV\.UK lead or one of your organisation admins can unsuspend it\./,
    )
    match((await test.browser().signIn('sus@example.gov.uk', 'wrong')).text, /Invalid email or password/)
    deepEqual(await test.events(user.uid), [13, 12])
  })

  it('observation 16: does not let machines in', async () => {
    const machine = await test.machine('Robot', await test.application('Robotics'))
    match((await test.browser().signIn(machine.user.email)).text, /Invalid email or password/)
  })
})

describe('the lock', () => {
  it('comes with the sixth wrong password, is logged once before it, and lasts an hour', async () => {
    const user = await test.user('Lock')
    for (let attempt = 1; attempt <= 8; attempt += 1)
      await test.browser().signIn(user.email, `wrong ${attempt}`)
    deepEqual(await test.events(user.uid), [12, 12, 12, 12, 12, 1, 12, 12, 12])
    match((await test.browser().signIn(user.email)).text, /Invalid email or password/)

    clock.step(hour - 1)
    match((await test.browser().signIn(user.email)).text, /Invalid email or password/)
    clock.step(1)
    equal((await test.browser().signIn(user.email)).location, '/')
  })

  it('ends the sessions that are open', async () => {
    const user = await test.user('Locked out')
    const browser = test.browser()
    await browser.signIn(user.email)
    for (let attempt = 1; attempt <= 6; attempt += 1) await test.browser().signIn(user.email, 'wrong')
    equal((await browser.get('/')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /You have been signed out\. Sign in again/)
  })

  it('leaves browsers remembered: anybody who knows an address can bring it about', async () => {
    const user = await test.user('Remembered')
    await signon.single.rememberedBrowsers.remember(user.id, {})
    for (let attempt = 1; attempt <= 6; attempt += 1) await test.browser().signIn(user.email, 'wrong')
    equal((await test.events(user.uid)).includes(1), true)
    equal((await test.rows('select from remembered_browsers where user_id = $1', [user.id])).length, 1)
  })

  it('and a suspension, and a new password, win over a sign-in that began before them', async () => {
    const changes = {
      locked: 'update sign_in_states set locked_at = $2 where user_id = $1',
      suspended: "update users set suspended_at = $2, suspension_reason = 'x' where id = $1",
      changed: "update users set password_hash = 'other', password_changed_at = $2 where id = $1",
    }
    for (const [name, change] of Object.entries(changes)) {
      const user = await test.user(`Overtaken ${name}`)
      const attempt = await signon.single.signIns.begin(user.email, 'here')
      ok(attempt)
      await test.rows(change, [user.id, clock.now()])
      const opened = await signon.single.signIns.complete(attempt, { caller: 'here' }, undefined)
      equal(opened, undefined, name)
    }
  })

  it('and what somebody is doing to the account decides, not what it was when they began', async () => {
    const user = await test.user('Held')
    const attempt = await signon.single.signIns.begin(user.email, 'here')
    ok(attempt)
    const { completed, locked } = await signon.transaction(async (work) => {
      const held = await work.users.lockById(user.id)
      const waiting = {
        completed: signon.single.signIns.complete(attempt, { caller: 'here' }, undefined),
        locked: signon.single.users.lock(user.id),
      }
      // Both would be done by now if nothing held them.
      await signon.single.users.find({ kind: 'person', id: (await test.user('Meanwhile')).id })
      await work.users.suspend(user.id, 'left')
      equal((await work.users.find({ kind: 'person', id: user.id })).lockedAt, held.lockedAt)
      return waiting
    })
    deepEqual([await completed, await locked], [undefined, true])
  })

  it('is over after an hour for a wrong password too, which is then the first', async () => {
    const user = await test.user('Again')
    for (let attempt = 1; attempt <= 6; attempt += 1) await test.browser().signIn(user.email, 'wrong')
    clock.step(hour)
    await test.browser().signIn(user.email, 'wrong')
    const [row] = await test.rows<{ failed_attempts: number; locked_at: Date | null }>(
      'select failed_attempts, locked_at from sign_in_states where user_id = $1',
      [user.id],
    )
    deepEqual(row, { failed_attempts: 1, locked_at: null })
  })

  it('starts counting again after a right password', async () => {
    const user = await test.user('Reset')
    for (let attempt = 1; attempt <= 5; attempt += 1) await test.browser().signIn(user.email, 'wrong')
    equal((await test.browser().signIn(user.email)).location, '/')
    await test.browser().signIn(user.email, 'wrong')
    equal((await test.browser().signIn(user.email)).location, '/')
  })

  it('counts twenty parallel wrong passwords as twenty, and looks at no more than six', async () => {
    const user = await test.user('Parallel')
    const browsers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const browser = test.browser()
        await browser.get('/users/sign_in')
        return browser
      }),
    )
    await Promise.all(browsers.map((browser) => browser.signIn(user.email, 'wrong')))
    const [row] = await test.rows<{ failed_attempts: number }>(
      'select failed_attempts from sign_in_states where user_id = $1',
      [user.id],
    )
    equal(row?.failed_attempts, 20)
    const events = await test.events(user.uid)
    deepEqual(
      [events.filter((number) => number === 12).length, events.filter((number) => number === 1).length],
      [20, 1],
    )
  })

  it('lets no right password in among parallel guesses beyond the sixth', async () => {
    const user = await test.user('Guess')
    for (let attempt = 1; attempt <= 5; attempt += 1) await test.browser().signIn(user.email, 'wrong')
    const guesses = ['wrong', 'wrong', 'wrong', 'wrong', password]
    const began = await Promise.all(guesses.map(() => signon.single.signIns.begin(user.email, 'here')))
    const tries = began.map((attempt) => attempt?.failedAttempts ?? 0)
    deepEqual(tries.toSorted(), [10, 6, 7, 8, 9])
  })

  it('counts a right password beyond the sixth once, as a wrong one: neither takes longer for what it is', async () => {
    const user = await test.user('Oracle')
    const counts: unknown[] = []
    for (const typed of ['wrong', password]) {
      await test.rows('update sign_in_states set failed_attempts = 20, locked_at = null where user_id = $1', [
        user.id,
      ])
      equal((await test.browser().signIn(user.email, typed)).status, 200)
      counts.push(
        ...(await test.rows('select failed_attempts as count from sign_in_states where user_id = $1', [
          user.id,
        ])),
      )
    }
    deepEqual(counts, [{ count: 21 }, { count: 21 }])
  })

  it('lets everybody in who shares an account, however many at once', async () => {
    const user = await test.user('Shared')
    await test.browser().signIn(user.email, 'wrong')
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 12 }, async () => (await test.browser().signIn(user.email)).location),
      )
      deepEqual(new Set(answers), new Set(['/']))
    }
    const events = await test.events(user.uid)
    equal(events.includes(1), false)
  })

  it('lets a right password in no later than the sixth, though it asks twice', async () => {
    const user = await test.user('Twice')
    await Promise.all([
      ...Array.from({ length: 9 }, () => signon.single.signIns.begin(user.email, 'elsewhere')),
      signon.single.signIns.begin(user.email, 'here'),
    ])
    equal((await test.browser().signIn(user.email)).status, 200)
  })
})

describe('a session', () => {
  it('ends after thirty idle minutes, and says so once', async () => {
    await test.user('Idle')
    const browser = test.browser()
    await browser.signIn('idle@example.gov.uk')
    clock.step(30 * minute - 1)
    equal((await browser.get('/')).status, 200)
    clock.step(30 * minute - 1)
    equal((await browser.get('/')).status, 200)
    clock.step(30 * minute)
    equal((await browser.get('/')).location, '/users/sign_in')
    match(
      (await browser.get('/users/sign_in')).text,
      /Your session expired, please sign in again to continue/,
    )
    ok(!(await browser.get('/users/sign_in')).text.includes('Your session expired'))
  })

  it('ends after a day, however busy', async () => {
    await test.user('Busy')
    const browser = test.browser()
    await browser.signIn('busy@example.gov.uk')
    for (let step = 0; step < 24 * 4 - 1; step += 1) {
      clock.step(15 * minute)
      equal((await browser.get('/')).status, 200)
    }
    clock.step(15 * minute)
    equal((await browser.get('/')).location, '/users/sign_in')
  })

  it('ends with the next request of a suspended person', async () => {
    const user = await test.user('Gone')
    const browser = test.browser()
    await browser.signIn(user.email)
    await signon.transaction((work) => work.users.suspend(user.id, 'left'))
    equal((await browser.get('/')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /Your account has been suspended/)
  })

  it('that has passed only the password reaches nothing but the second step and sign-out', async () => {
    const user = await test.user('Half')
    const browser = test.browser()
    const token = await signon.single.sessions.open(user.id, 'password', {})
    browser.cookies.set('__Host-signon_session', token)
    for (const path of ['/', '/signin-required', '/oauth/authorize?client_id=x'])
      equal((await browser.get(path)).location, '/users/two_step_verification_session/new', path)
    equal((await browser.get('/users/sign_out')).location, '/users/sign_in')
  })

  it('is a cookie that holds nothing but chance, and is stored only as a hash', async () => {
    await test.user('Cookie')
    const browser = test.browser()
    const answer = await browser.signIn('cookie@example.gov.uk')
    const line = answer.headers.getSetCookie().find((one) => one.includes('_session=')) ?? ''
    match(line, /^__Host-signon_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const [row] = await test.rows<{ found: boolean }>(
      `select exists (select from sessions where token_hash = sha256(convert_to($1, 'UTF8'))) as found`,
      [browser.sessionCookie],
    )
    equal(row?.found, true)
  })

  it('is another one after signing in again, and the old one is over', async () => {
    await test.user('Renew')
    const browser = test.browser()
    await browser.signIn('renew@example.gov.uk')
    const old = browser.sessionCookie ?? ''
    const page = await browser.get('/')
    const token = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    await browser.send('/users/sign_in', {
      method: 'POST',
      body: new URLSearchParams({
        'user[email]': 'renew@example.gov.uk',
        'user[password]': password,
        csrf_token: token,
      }),
    })
    ok(browser.sessionCookie !== old)
    equal((await signon.single.sessions.use(old)).state, 'none')
  })
})

describe('failed sign-ins from one network address', () => {
  it('observation 15, BO-Q15: are refused after two hundred in ten minutes, with how long to wait', async () => {
    const user = await test.user('Office')
    const browser = test.browser()
    const { text } = await browser.get('/users/sign_in')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(text)?.groups?.['token'] ?? ''
    const attempt = (email: string, typed: string) =>
      browser.send('/users/sign_in', {
        method: 'POST',
        body: new URLSearchParams({ 'user[email]': email, 'user[password]': typed, csrf_token: csrf }),
      })
    clock.step(10 * minute - (clock.now().getTime() % (10 * minute)) + 4 * minute)
    // Blank passwords cost no work, and count like others.
    for (let time = 1; time <= 200; time += 1) equal((await attempt('nobody@example.gov.uk', '')).status, 200)
    const refused = await attempt(user.email, password)
    deepEqual([refused.status, refused.headers.get('retry-after')], [429, '360'])
    match(refused.text, /Too many attempts\. Wait 6 minutes and try again\./)
    deepEqual(await test.rows('select failed_attempts from sign_in_states where user_id = $1', [user.id]), [
      { failed_attempts: 0 },
    ])
    clock.step(6 * minute - 1)
    match((await attempt(user.email, password)).text, /Wait 1 minute and try again/)
    clock.step(1)
    equal((await attempt(user.email, password)).location, '/')
  })
})

describe('signing out', () => {
  it('CC-60 by a plain link ends the session and lands on the sign-in page', async () => {
    const user = await test.user('Out')
    const browser = test.browser()
    await browser.signIn(user.email)
    equal((await browser.get('/users/sign_out')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /Signed out successfully/)
    equal((await browser.get('/')).location, '/users/sign_in')
    deepEqual(await test.events(user.uid), [11, 49])
  })

  it('CC-61 is no error when nobody is signed in', async () => {
    const browser = test.browser()
    equal((await browser.get('/users/sign_out')).location, '/users/sign_in')
    ok(!(await browser.get('/users/sign_in')).text.includes('Signed out'))
  })

  it('CC-62 asks the applications to make the person authenticate again', async () => {
    const user = await test.user('Everywhere')
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.get('/users/sign_out')
    const jobs = await test.rows<{ payload: unknown }>(
      `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = 'announce-user' order by j.id desc limit 1`,
    )
    deepEqual(jobs[0]?.payload, { user: user.id, update: false, reauthenticate: true })
  })

  it('CC-63 does not happen by timing out', async () => {
    const user = await test.user('Timeout')
    const browser = test.browser()
    await browser.signIn(user.email)
    const before = (await test.jobs()).length
    clock.step(31 * minute)
    await browser.get('/')
    equal((await test.jobs()).length, before)
  })

  /** Somebody signs in in the browser in which another person did, so many milliseconds later. */
  const signInAfter = async (before: User, { email }: User, later: number): Promise<void> => {
    const browser = test.browser()
    await browser.signIn(before.email)
    const page = await browser.get('/')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    clock.step(later)
    const fields = { 'user[email]': email, 'user[password]': password, csrf_token: csrf }
    await browser.send('/users/sign_in', { method: 'POST', body: new URLSearchParams(fields) })
  }

  const announced = (user: User) =>
    test.rows(`select from graphile_worker._private_jobs where (payload->>'user')::int = $1`, [user.id])

  it('happens to whoever was signed in before somebody else signs in in the same browser, and tells applications', async () => {
    const [before, afterwards] = [await test.user('Before'), await test.user('Afterwards')]
    await signInAfter(before, afterwards, 0)
    deepEqual(await test.events(before.uid), [11, 49])
    deepEqual(await test.events(afterwards.uid), [11])
    const [event] = await test.rows('select actor_id from events where number = 49 and about_uid = $1', [
      before.uid,
    ])
    deepEqual(event, { actor_id: afterwards.id })
    deepEqual([(await announced(before)).length, (await announced(afterwards)).length], [1, 0])
  })

  it('CC-63 does not happen to whoever had timed out before somebody else signs in', async () => {
    const [before, afterwards] = [await test.user('Gone home'), await test.user('Next')]
    await signInAfter(before, afterwards, 31 * minute)
    deepEqual(await test.events(before.uid), [11])
    deepEqual(await test.events(afterwards.uid), [11])
    deepEqual(await announced(before), [])
  })

  it('does not happen to somebody who signs in again', async () => {
    const again = await test.user('Same')
    await signInAfter(again, again, 0)
    deepEqual(await test.events(again.uid), [11, 11])
    deepEqual(await announced(again), [])
  })

  it('observation 22: works from our own button, which is a form, and says so', async () => {
    const user = await test.user('Button')
    const browser = test.browser()
    await browser.signIn(user.email)
    equal((await browser.post('/users/sign_out', {}, '/')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /Signed out successfully\./)
    equal((await browser.get('/')).location, '/users/sign_in')
  })

  it('does not happen by a HEAD request', async () => {
    const user = await test.user('Head')
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.send('/users/sign_out', { method: 'HEAD' })
    equal((await browser.get('/')).status, 200)
  })
})
