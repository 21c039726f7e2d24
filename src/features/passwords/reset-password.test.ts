import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { hour } from '#kernel/clock.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { untilSomebodyWaits } from '#test/waiting.ts'

const test = await startSignon()
const { signon, clock } = test
const fresh = 'harbour lantern seventeen otters'
const answer = /If your email address is recognised, you’ll receive an email/

/** Asks for a link, and takes it out of the mail. */
const linkFor = async ({ email }: Pick<User, 'email'>): Promise<string> => {
  await test.browser().post('/users/password', { 'user[email]': email }, '/users/password/new')
  const letter = (await test.mails()).find(({ to }) => to === email)
  const [link = ''] = /https:\S+reset_password_token=\S+/.exec(letter?.text ?? '') ?? []
  clock.step(hour)
  return link.replace(test.issuer, '')
}

const choose = (link: string, typed = fresh, confirmation = typed, browser = test.browser()) =>
  browser.post('/users/password/edit', fieldsOf(typed, confirmation), link)

const fieldsOf = (typed: string, confirmation = typed) => ({
  'user[password]': typed,
  'user[password_confirmation]': confirmation,
})

const signsIn = async ({ email }: User, typed: string): Promise<boolean> =>
  (await test.browser().signIn(email, typed)).status === 302

describe('a forgotten passphrase', () => {
  it('has the words that people look for', async () => {
    match(
      (await test.browser().get('/users/sign_in')).text,
      /href="\/users\/password\/new">Forgot your passphrase\?</,
    )
    const { text } = await test.browser().get('/users/password/new')
    match(text, /<h1[^>]*>Forgot your passphrase\?<\/h1>/)
    match(text, /<label[^>]*>\s*Email\s*<\/label>/)
    match(text, /<button[^>]*>\s*Send me passphrase reset instructions\s*<\/button>/)
  })

  it('is not for somebody who is signed in', async () => {
    const { email } = await test.user('Signed in')
    const browser = test.browser()
    await browser.signIn(email)
    equal((await browser.get('/users/password/new')).location, '/')
    equal(
      (await browser.post('/users/password', { 'user[email]': email }, '/account/password/edit')).location,
      '/',
    )
    deepEqual(await test.mails(), [])
  })

  it('observation 16: gets the same answer for everybody: known, unknown, suspended, invited or a machine', async () => {
    const known = await test.user('Known')
    const suspended = await test.user('Suspended')
    await signon.transaction((work) => work.users.suspend(suspended.id, 'left'))
    const invited = await test.user('Invited')
    await test.rows('update users set invited_at = $2, password_hash = null where id = $1', [
      invited.id,
      clock.now(),
    ])
    const { user: machine } = await test.machine('Robot', await test.application('Robotics'))

    const answers = []
    for (const email of [known, suspended, invited, machine, { email: 'nobody@example.gov.uk' }].map(
      (user) => user.email,
    )) {
      const browser = test.browser()
      const { status, location, headers } = await browser.post(
        '/users/password',
        { 'user[email]': email },
        '/users/password/new',
      )
      const names = [...headers.keys()].sort()
      answers.push(JSON.stringify([status, location, names]))
      match((await browser.get('/users/sign_in')).text, answer)
    }
    deepEqual(new Set(answers).size, 1)
    match(answers[0] ?? '', /^\[302,"\/users\/sign_in"/)

    for (const { uid } of [known, suspended, invited]) deepEqual(await test.events(uid), [7])
    deepEqual(await test.events(machine.uid), [])
    equal((await test.events()).filter((number) => number === 7).length, 3)
    const letters = await test.mails()
    deepEqual(
      letters.map(({ to, subject }) => [to, subject]),
      [
        [known.email, '[Test] Reset password for GOV.UK publishing account'],
        [suspended.email, '[Test] Cannot reset password on suspended GOV.UK Signon Test account'],
        [invited.email, '[Test] Cannot reset password on inactive GOV.UK Signon Test account'],
      ],
    )
    deepEqual(
      letters.map(({ text }) => text.includes('reset_password_token')),
      [true, false, false],
    )
    clock.step(hour)
  })

  it('takes an address however it is typed, and any shape of parameters', async () => {
    const { uid } = await test.user('Typed')
    const browser = test.browser()
    await browser.post('/users/password', { 'user[email]': ' TYPED@example.gov.uk ' }, '/users/password/new')
    deepEqual(await test.events(uid), [7])
    const post = (name: string, value: string) =>
      browser.post('/users/password', { [name]: value }, '/users/password/new')
    equal((await post('user[email]', 'x'.repeat(100_000))).status, 302)
    for (const name of ['user[email][x]', 'user'])
      match((await post(name, 'x')).text, /Enter an email address/, name)
    await test.mails()
    clock.step(hour)
  })

  it('is refused on the page without an address, which counts nowhere', async () => {
    const browser = test.browser()
    for (let time = 1; time <= 6; time += 1) {
      const { status, text } = await browser.post(
        '/users/password',
        { 'user[email]': ' ' },
        '/users/password/new',
      )
      equal(status, 200)
      match(text, /<title>\s*Error: Forgot your passphrase\?/)
      match(text, /href="#email">Enter an email address</)
    }
    const counted = `select from throttles where name like 'reset%' and window_start = $1`
    const window = new Date(clock.now().getTime() - (clock.now().getTime() % hour))
    deepEqual(await test.rows(counted, [window]), [])
  })

  it('sends five links an hour to one address of mail, which need be nobody’s; more are answered alike', async () => {
    const known = await test.user('Often')
    for (const email of [known.email, 'often.nobody@example.gov.uk']) {
      const answers: string[] = []
      for (let time = 1; time <= 7; time += 1) {
        const browser = test.browser()
        const { status, location, headers } = await browser.post(
          '/users/password',
          { 'user[email]': email },
          '/users/password/new',
        )
        answers.push(JSON.stringify([status, location, [...headers.keys()].sort()]))
        match((await browser.get('/users/sign_in')).text, answer)
      }
      equal(new Set(answers).size, 1)
      match(answers[0] ?? '', /^\[302,"\/users\/sign_in"/)
    }
    equal((await test.events(known.uid)).length, 5)
    equal((await test.mails()).length, 5)
    const kept = await test.rows<{ caller: string; count: number }>(
      `select caller, count from throttles where name = 'reset-target' and count > 5`,
    )
    deepEqual(
      kept.map(({ caller, count }) => [caller.includes('@'), count]),
      [
        [false, 7],
        [false, 7],
      ],
    )
    clock.step(hour)
  })

  it('leaves the last link good, however often a stranger asks for another', async () => {
    const victim = await test.user('Victim')
    const ask = () =>
      test.browser().post('/users/password', { 'user[email]': victim.email }, '/users/password/new')
    const letters = []
    for (let time = 1; time <= 6; time += 1) {
      await ask()
      letters.push(...(await test.mails()))
    }
    equal((await ask()).status, 302)
    equal(letters.length, 5)
    const [link = ''] = /\/users\/password\/edit\?\S+/.exec(letters.at(-1)?.text ?? '') ?? []
    equal((await choose(link)).status, 302)
    equal(await signsIn(victim, fresh), true)
    clock.step(hour)
  })

  it('sends five of ten that are asked for at the same moment', async () => {
    const { email, uid } = await test.user('At once')
    const ask = () => test.browser().post('/users/password', { 'user[email]': email }, '/users/password/new')
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await ask()).status))
    deepEqual(new Set(statuses), new Set([302]))
    deepEqual(await test.events(uid), [7, 7, 7, 7, 7])
    await test.mails()
    clock.step(hour)
  })

  it('observation 15: is asked for sixty times an hour from one network address', async () => {
    const browser = test.browser()
    const page = await browser.get('/users/password/new')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const statuses: number[] = []
    for (let time = 1; time <= 61; time += 1) {
      const body = new URLSearchParams({ csrf_token: csrf, 'user[email]': `someone.${time}@example.gov.uk` })
      statuses.push((await browser.send('/users/password', { method: 'POST', body })).status)
    }
    deepEqual([statuses.indexOf(429), statuses.at(-1)], [60, 429])
    clock.step(hour)
  })

  it('refuses a form that is not ours', async () => {
    const body = new URLSearchParams({ 'user[email]': 'known@example.gov.uk' })
    equal((await test.browser().send('/users/password', { method: 'POST', body })).status, 422)
  })
})

describe('a link to choose another password', () => {
  it('observation 4: changes the password, ends lock, sessions and remembered browsers, and signs nobody in', async () => {
    const ada = await test.user('Ada')
    const elsewhere = test.browser()
    await elsewhere.signIn(ada.email)
    await signon.single.rememberedBrowsers.remember(ada.id, {})
    await signon.single.users.lock(ada.id)
    await test.rows(
      'update sign_in_states set failed_attempts = 6, second_factor_attempts = 9 where user_id = $1',
      [ada.id],
    )

    const link = await linkFor(ada)
    const browser = test.browser()
    const done = await choose(link, fresh, fresh, browser)
    deepEqual([done.status, done.location], [302, '/users/sign_in'])
    match((await browser.get('/users/sign_in')).text, /Your password was changed successfully/)
    equal(browser.sessionCookie, undefined)
    equal((await elsewhere.get('/')).location, '/users/sign_in')
    deepEqual(await test.rows('select id from remembered_browsers where user_id = $1', [ada.id]), [])
    deepEqual(
      await test.rows(
        'select locked_at, failed_attempts, second_factor_attempts from sign_in_states where user_id = $1',
        [ada.id],
      ),
      [{ locked_at: null, failed_attempts: 0, second_factor_attempts: 9 }],
    )
    deepEqual(await test.events(ada.uid), [11, 7, 8, 32])
    deepEqual(
      (await test.mails()).map(({ to, subject }) => [to, subject]),
      [[ada.email, '[Test] Your password has been changed']],
    )
    equal(await signsIn(ada, password), false)
    equal(await signsIn(ada, fresh), true)
  })

  it('can be opened many times, by scanners too, and tells no other site', async () => {
    const ben = await test.user('Ben')
    const link = await linkFor(ben)
    for (let time = 1; time <= 3; time += 1) {
      const page = await test.browser().get(link)
      deepEqual([page.status, page.headers.get('referrer-policy')], [200, 'no-referrer'])
      equal(page.headers.get('cache-control'), 'no-store')
      match(page.text, /<h1[^>]*>Choose a new password<\/h1>/)
      match(page.text, /Four or more random words make a good password/)
    }
    deepEqual(await test.events(ben.uid), [7, 8, 8, 8])
    equal((await test.browser().send(link, { method: 'HEAD' })).status, 200)
    deepEqual(await test.events(ben.uid), [7, 8, 8, 8])
    equal((await choose(link)).status, 302)
  })

  it('works once', async () => {
    const once = await test.user('Once')
    const link = await linkFor(once)
    await choose(link)
    match((await test.browser().get(link)).text, /<h1[^>]*>Sorry, this link doesn’t work<\/h1>/)
    match((await test.browser().get(link)).text, /href="\/users\/password\/new"[^>]*>\s*Try again/)
    equal(await signsIn(once, fresh), true)
  })

  it('works once when it is sent by two at the same moment', async () => {
    const twice = await test.user('Twice')
    const link = await linkFor(twice)
    const typed = [fresh, 'velvet compass orchard thunder']
    const statuses = await Promise.all(typed.map(async (one) => (await choose(link, one)).status))
    deepEqual([...statuses].sort(), [200, 302])
    equal((await test.events(twice.uid)).filter((number) => number === 32).length, 1)
    const winner = typed[statuses.indexOf(302)] ?? ''
    const [loser = ''] = typed.filter((one) => one !== winner)
    deepEqual([await signsIn(twice, winner), await signsIn(twice, loser)], [true, false])
  })

  it('is dead once another was sent', async () => {
    const newer = await test.user('Newer')
    const first = await linkFor(newer)
    const second = await linkFor(newer)
    match((await test.browser().get(first)).text, /this link doesn’t work/)
    equal((await choose(second)).status, 302)
  })

  it('is good for six hours less a millisecond, and says so afterwards', async () => {
    const late = await test.user('Late')
    const link = await linkFor(late)
    clock.step(5 * hour - 1)
    const browser = test.browser()
    const page = await browser.get(link)
    match(page.text, /Choose a new password/)
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const token = new URL(link, test.url).searchParams.get('reset_password_token') ?? ''

    clock.step(1)
    match((await browser.get(link)).text, /this link doesn’t work/)
    const body = new URLSearchParams({
      ...fieldsOf(fresh),
      csrf_token: csrf,
      'user[reset_password_token]': token,
    })
    match(
      (await browser.send('/users/password/edit', { method: 'POST', body })).text,
      /this link doesn’t work/,
    )
    deepEqual(await test.events(late.uid), [7, 8, 8, 31, 9])
    equal(await signsIn(late, password), true)
  })

  it('stays good when the password is refused', async () => {
    const tries = await test.user('Tries Refused')
    const link = await linkFor(tries)
    const refused = [
      ['', '', /Enter a password/],
      ['short', 'short', /Password must be 10 characters or more/],
      ['password1234', 'password1234', /Password not strong enough/],
      ['tries refused example', 'tries refused example', /Password not strong enough/],
      [fresh, `${fresh}!`, /Password confirmation doesn’t match Password/],
      [password, password, /Password was used previously/],
    ] as const
    for (const [typed, confirmation, words] of refused) {
      const page = await choose(link, typed, confirmation)
      equal(page.status, 200)
      match(page.text, words)
      match(page.text, /<title>\s*Error: Choose a new password/)
      match(page.text, /There was a problem changing your password/)
      equal(page.headers.get('referrer-policy'), 'no-referrer')
    }
    const notes = await test.rows<{ note: string }>(
      'select note from events where about_uid = $1 and number = 9 order by id',
      [tries.uid],
    )
    deepEqual([notes.length, notes[0]?.note], [refused.length, '(errors: Enter a password)'])
    equal((await choose(link)).status, 302)
  })

  it('is dead when the password changed in another way', async () => {
    const other = await test.user('Other way')
    const link = await linkFor(other)
    await signon.transaction(async (work) =>
      work.passwords.replace(other.id, await signon.passwords.hash(fresh)),
    )
    match((await test.browser().get(link)).text, /this link doesn’t work/)
  })

  it('does nothing for somebody who has been suspended since', async () => {
    const gone = await test.user('Gone')
    const link = await linkFor(gone)
    const browser = test.browser()
    const page = await browser.get(link)
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    await signon.transaction((work) => work.users.suspend(gone.id, 'left'))
    match((await test.browser().get(link)).text, /this link doesn’t work/)
    const token = new URL(link, test.url).searchParams.get('reset_password_token') ?? ''
    const body = new URLSearchParams({
      ...fieldsOf(fresh),
      csrf_token: csrf,
      'user[reset_password_token]': token,
    })
    match(
      (await browser.send('/users/password/edit', { method: 'POST', body })).text,
      /this link doesn’t work/,
    )
    equal((await test.events(gone.uid)).includes(32), false)
  })

  it('observation 27; EL-Q7: one that never was is recorded as nobody’s, and only so often', async () => {
    match(
      (await test.browser().get('/users/password/edit?reset_password_token=made-up')).text,
      /this link doesn’t work/,
    )
    const browser = test.browser()
    const page = await browser.get('/users/password/new')
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(page.text)?.groups?.['token'] ?? ''
    const fields = { ...fieldsOf(fresh), csrf_token: csrf, 'user[reset_password_token]': 'made-up' }
    const send = () =>
      browser.send('/users/password/edit', { method: 'POST', body: new URLSearchParams(fields) })
    match((await send()).text, /this link doesn’t work/)
    const [event] = await test.rows<{ about_uid: string | null; note: string }>(
      'select about_uid, note from events where number = 9 order by id desc limit 1',
    )
    deepEqual(event, { about_uid: null, note: '(errors: Reset password token is invalid)' })
    let last = 200
    for (let time = 0; time < 60 && last === 200; time += 1) last = (await send()).status
    equal(last, 429)
    clock.step(hour)
  })

  it('goes to the address that the account has when it is made, and waits for one that is being changed', async () => {
    const user = await test.user('Mover')
    await test.browser().post('/users/password', { 'user[email]': user.email }, '/users/password/new')
    let written: ReturnType<typeof test.mails> | undefined
    await test.db.transaction().execute(async (changing) => {
      await changing
        .updateTable('users')
        .set({ email: 'moved@example.gov.uk' })
        .where('id', '=', user.id)
        .execute()
      written = test.mails()
      await untilSomebodyWaits(test)
    })
    deepEqual(
      (await written)?.map(({ to }) => to),
      ['moved@example.gov.uk'],
    )
  })

  it('without a token says what is missing', async () => {
    const browser = test.browser()
    equal((await browser.get('/users/password/edit')).location, '/users/sign_in')
    match((await browser.get('/users/sign_in')).text, /make sure you used the full URL provided/)
  })

  it('is stored as a hash, and is in no event, job or line of the log', async () => {
    const logLines: string[] = []
    const other = await startSignon({ logLines })
    const eve = await other.user('Eve')
    await other.browser().post('/users/password', { 'user[email]': eve.email }, '/users/password/new')
    const jobs = JSON.stringify(await other.rows('select * from graphile_worker._private_jobs'))
    const [letter] = await other.mails()
    const [, token = ''] = /reset_password_token=(\S+)/.exec(letter?.text ?? '') ?? []
    equal(token.length, 43)
    await other
      .browser()
      .post('/users/password/edit', fieldsOf(fresh), `/users/password/edit?reset_password_token=${token}`)
    const events = JSON.stringify(await other.rows('select * from events'))
    for (const place of [jobs, events, logLines.join('\n')])
      ok(!place.includes(token) && !place.includes(fresh))
  })
})
