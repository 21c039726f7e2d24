import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { minute } from '#kernel/clock.ts'
import { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon({ trustedProxies: ['127.0.0.1'] })
const { signon, clock } = test

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0'

/** A session that was opened elsewhere, with its number. */
const openElsewhere = async (user: User, userAgent = firefox, address = '2001:db8:0:0:8:800:200c:417a') => {
  await signon.single.sessions.open(user.id, 'full', { address, userAgent })
  const [row] = await test.rows<{ id: string }>(
    'select id from sessions where user_id = $1 and user_agent = $2 order by id desc limit 1',
    [user.id, userAgent],
  )
  return row?.id ?? ''
}

const remember = async (user: User, userAgent = firefox) => {
  await signon.single.rememberedBrowsers.remember(user.id, { userAgent, address: '192.0.2.7' })
  const [row] = await test.rows<{ id: string }>(
    'select id from remembered_browsers where user_id = $1 order by id desc limit 1',
    [user.id],
  )
  return row?.id ?? ''
}

const signedIn = async (user: User): Promise<TestBrowser> => {
  const browser = test.browser()
  await browser.signIn(user.email)
  return browser
}

const sessionsOf = async ({ id }: User) => (await signon.single.sessionList.sessions(id)).length
const browsersOf = async ({ id }: User) => (await signon.single.sessionList.browsers(id)).length
const press = (browser: TestBrowser, path: string) => browser.post(path, {}, '/account/sessions')

describe('the sessions of a person', () => {
  it('are shown with device, address, times and how they began, and this one is marked', async () => {
    const ada = await test.user('Ada')
    await openElsewhere(ada)
    clock.step(10 * minute)
    const browser = await signedIn(ada)
    const { text } = await browser.get('/account/sessions')
    match(text, /Firefox on Windows/)
    match(text, /IP address\s*<\/dt>\s*<dd[^>]*>\s*2001:db8::8:800:200c:417a/)
    match(text, /9:30am, 2 Nov 2026/)
    match(text, /9:40am, 2 Nov 2026/)
    match(text, /Unknown device\s*<strong class="govuk-tag">\s*This one/)
    equal(text.match(/This one/g)?.length, 1)
    equal(text.match(/End session/g)?.length, 1)
  })

  it('are not shown any more when they are over', async () => {
    const ben = await test.user('Ben')
    await openElsewhere(ben)
    clock.step(30 * minute)
    const browser = await signedIn(ben)
    doesNotMatch((await browser.get('/account/sessions')).text, /Firefox/)
  })

  it('show a device as text, whatever it calls itself', async () => {
    const cat = await test.user('Cat')
    await openElsewhere(cat, `Firefox/1 <script>alert(1)</script> ${'x'.repeat(5000)}`)
    const { text } = await (await signedIn(cat)).get('/account/sessions')
    doesNotMatch(text, /alert\(1\)/)
  })

  it('end one by one', async () => {
    const dan = await test.user('Dan')
    const [id, browser] = [await openElsewhere(dan), await signedIn(dan)]
    const answer = await press(browser, `/account/sessions/${id}/end`)
    deepEqual([answer.status, answer.location], [303, '/account/sessions'])
    match((await browser.get('/account/sessions')).text, /That session has ended/)
    equal(await sessionsOf(dan), 1)
    const [event] = await test.rows('select note from events where number = 66')
    deepEqual(event, { note: 'Firefox on Windows' })
    equal((await press(browser, `/account/sessions/${id}/end`)).status, 404)
    equal((await test.events(dan.uid)).filter((number) => number === 66).length, 1)
  })

  it('BO-Q14 end all but this one, and every browser is asked for a code again', async () => {
    const eli = await test.user('Eli')
    await openElsewhere(eli)
    const other = await signedIn(eli)
    await remember(eli)
    const browser = await signedIn(eli)
    match((await browser.get('/account/sessions')).text, /Sign out everywhere else/)
    equal((await press(browser, '/account/sessions/end_others')).location, '/account/sessions')
    equal((await browser.get('/account/sessions')).status, 200)
    equal((await other.get('/account/sessions')).location, '/users/sign_in')
    deepEqual([await sessionsOf(eli), await browsersOf(eli)], [1, 0])
    equal((await test.events(eli.uid)).at(-1), 67)
  })

  it('may be this very one, and then somebody signs in again', async () => {
    const fay = await test.user('Fay')
    const browser = await signedIn(fay)
    const [own] = await signon.single.sessionList.sessions(fay.id)
    await press(browser, `/account/sessions/${own?.id}/end`)
    equal((await browser.get('/account/sessions')).location, '/users/sign_in')
  })

  it('ask applications to authenticate the person again when they end', async () => {
    const gil = await test.user('Gil')
    const [id, browser] = [await openElsewhere(gil), await signedIn(gil)]
    const before = await test.jobs()
    await press(browser, `/account/sessions/${id}/end`)
    await press(browser, '/account/sessions/end_others')
    deepEqual((await test.jobs()).slice(before.length), ['announce-user', 'announce-user'])
  })
})

describe('remembered browsers', () => {
  it('are shown, and forgotten one by one or all at once', async () => {
    const hal = await test.user('Hal')
    const [id, browser] = [await remember(hal), await signedIn(hal)]
    await remember(hal)
    await remember(hal)
    const { text } = await browser.get('/account/sessions')
    match(text, /192\.0\.2\.7/)
    equal(text.match(/>\s*Forget browser/g)?.length, 3)
    await press(browser, `/account/browsers/${id}/forget`)
    equal(await browsersOf(hal), 2)
    equal((await press(browser, `/account/browsers/${id}/forget`)).status, 404)
    await press(browser, '/account/browsers/forget_all')
    equal(await browsersOf(hal), 0)
    deepEqual((await test.events(hal.uid)).slice(-2), [68, 68])
    equal(await sessionsOf(hal), 1)
  })
})

describe('what is another person’s', () => {
  it('cannot be ended or forgotten, and looks like nothing', async () => {
    const [victim, mallory] = [await test.user('Victim'), await test.user('Mallory')]
    const [session, remembered] = [await openElsewhere(victim), await remember(victim)]
    const browser = await signedIn(mallory)
    const foreign = await press(browser, `/account/sessions/${session}/end`)
    const unknown = await press(browser, '/account/sessions/12345/end')
    deepEqual([foreign.status, unknown.status], [404, 404])
    equal((await press(browser, `/account/browsers/${remembered}/forget`)).status, 404)
    await press(browser, '/account/sessions/end_others')
    await press(browser, '/account/browsers/forget_all')
    deepEqual([await sessionsOf(victim), await browsersOf(victim)], [1, 1])
    deepEqual(await test.events(victim.uid), [])
    doesNotMatch((await browser.get('/account/sessions')).text, /Firefox/)
  })

  it('is not reached by numbers that are none', async () => {
    const browser = await signedIn(await test.user('Ned'))
    for (const id of ['0', '-1', '1e3', '9223372036854775808', '99999999999999999999', '%00', 'x', '1%20'])
      for (const path of [`/account/sessions/${id}/end`, `/account/browsers/${id}/forget`]) {
        const { status } = await press(browser, path)
        equal(status === 404 || status === 400, true, `${path} ${status}`)
      }
  })

  it('is not ended by a form that is not ours, or by GET', async () => {
    const pia = await test.user('Pia')
    const [id, browser] = [await openElsewhere(pia), await signedIn(pia)]
    equal((await browser.send(`/account/sessions/${id}/end`, { method: 'POST' })).status, 422)
    equal((await browser.get(`/account/sessions/${id}/end`)).status, 404)
    equal((await browser.send('/account/sessions/end_others', { method: 'POST' })).status, 422)
    equal(await sessionsOf(pia), 2)
    equal((await new TestBrowser(test.url).get('/account/sessions')).location, '/users/sign_in')
  })
})
