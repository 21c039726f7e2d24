import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test
const fresh = 'harbour lantern seventeen otters'
const page = '/account/password/edit'

const fieldsOf = (current: string, typed: string, confirmation = typed) => ({
  'user[current_password]': current,
  'user[password]': typed,
  'user[password_confirmation]': confirmation,
})

/** A browser in which somebody new is signed in. */
const signedIn = async (name: string) => {
  const user = await test.user(name)
  const browser = test.browser()
  await browser.signIn(user.email)
  return {
    user,
    browser,
    change: (current: string, typed: string, confirmation?: string) =>
      browser.post(page, fieldsOf(current, typed, confirmation), page),
  }
}

const signsIn = async (email: string, typed: string): Promise<boolean> =>
  (await test.browser().signIn(email, typed)).status === 302

describe('changing one’s own password', () => {
  it('keeps this session, and ends every other, and remembered browsers and links', async () => {
    const { user, browser, change } = await signedIn('Ada')
    const elsewhere = test.browser()
    await elsewhere.signIn(user.email)
    await signon.single.rememberedBrowsers.remember(user.id, {})
    await signon.single.accountTokens.issue(user.id, 'password-reset')

    const done = await change(password, fresh)
    deepEqual([done.status, done.location], [302, '/account'])
    match((await browser.get(page)).text, /Your password was changed successfully/)
    equal((await elsewhere.get('/')).location, '/users/sign_in')
    match((await elsewhere.get('/users/sign_in')).text, /You have been signed out\. Sign in again/)
    for (const table of ['remembered_browsers', 'account_tokens'])
      deepEqual(await test.rows(`select from ${table} where user_id = $1`, [user.id]), [])
    deepEqual(await test.events(user.uid), [11, 11, 10])
    deepEqual(
      (await test.mails()).map(({ to, subject }) => [to, subject]),
      [[user.email, '[Test] Your password has been changed']],
    )
    deepEqual([await signsIn(user.email, password), await signsIn(user.email, fresh)], [false, true])
  })

  it('observation 9: says what is wrong beside the fields, and changes nothing', async () => {
    const { user, browser, change } = await signedIn('Wrong')
    const refused = [
      [await change('', fresh), /Current password can’t be blank/],
      [await change('not it', fresh), /Current password is invalid/],
      // Quirk 9.
      [await change(password, ''), /Enter a password/],
      [await change(password, 'very weak password'), /Password not strong enough/],
      [await change(password, fresh, 'something else'), /Password confirmation doesn’t match Password/],
      [await change(password, password), /Password was used previously/],
      [await browser.post(page, { 'user[password][x]': fresh }, page), /Current password can’t be blank/],
    ] as const
    for (const [answer, words] of refused) {
      equal(answer.status, 200)
      match(answer.text, words)
      match(answer.text, /<title>\s*Error: Change your password/)
      match(answer.text, /There is a problem/)
    }
    deepEqual(await test.events(user.uid), [11, ...refused.map(() => 14)])
    equal(await signsIn(user.email, password), true)
  })

  it('names everything that is wrong at once', async () => {
    const { text } = await (await signedIn('Everything')).change('not it', 'short', 'other')
    for (const words of [/Current password is invalid/, /10 characters or more/, /doesn’t match/])
      match(text, words)
    for (const link of ['#current-password', '#password', '#password-confirmation'])
      ok(text.includes(`href="${link}"`))
  })

  it('refuses the last three, and takes the one before them again', async () => {
    const { change } = await signedIn('Again')
    const used = [password, fresh, 'velvet compass orchard thunder', 'marble kettle sunrise walnut']
    for (const [index, next] of used.slice(1).entries())
      equal((await change(used[index] ?? '', next)).status, 302)
    const current = used.at(-1) ?? ''
    for (const old of used.slice(1)) match((await change(current, old)).text, /used previously/)
    equal((await change(current, password)).status, 302)
    const [kept] = await test.rows<{ count: string }>(
      'select max(n)::text as count from (select count(*) as n from old_passwords group by user_id) as counts',
    )
    equal(kept?.count, '2')
  })

  it('tells only the owner which passwords were used', async () => {
    const { change } = await signedIn('Oracle')
    const { text } = await change('not it', password)
    match(text, /Current password is invalid/)
    ok(!text.includes('used previously'))
  })

  it('counts wrong current passwords towards the lock, however many are sent at once', async () => {
    const { user, browser } = await signedIn('Lock')
    const { text } = await browser.get(page)
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(text)?.groups?.['token'] ?? ''
    const send = (current: string) =>
      browser.send(page, {
        method: 'POST',
        body: new URLSearchParams({ ...fieldsOf(current, fresh), csrf_token: csrf }),
      })
    await Promise.all(Array.from({ length: 12 }, (_, index) => send(`wrong ${index}`)))
    equal((await test.events(user.uid)).filter((number) => number === 1).length, 1)
    equal((await browser.get(page)).location, '/users/sign_in')
    equal(await signsIn(user.email, password), false)
    const [row] = await test.rows<{ password_changed_at: Date; created_at: Date }>(
      'select password_changed_at, created_at from users where id = $1',
      [user.id],
    )
    deepEqual(row?.password_changed_at, row?.created_at)
  })

  it('shares its count with signing in, and is refused when the account was locked meanwhile', async () => {
    const { user, browser, change } = await signedIn('Shared')
    for (let time = 1; time <= 3; time += 1) await change('not it', fresh)
    for (let time = 1; time <= 2; time += 1) await test.browser().signIn(user.email, 'not it')
    equal((await browser.get(page)).status, 200)
    const { text } = await change('not it', fresh)
    match(text, /<h1[^>]*>Account locked<\/h1>/)
    match(text, /wrong details too many times, so you were signed out/)
    match(text, /It unlocks at 10:30am UK time/)
    doesNotMatch(text, /Current password is invalid/)
    equal(browser.sessionCookie, undefined)
    equal((await test.events(user.uid)).at(-1), 14)
    equal((await browser.get(page)).location, '/users/sign_in')
    deepEqual((await test.events(user.uid)).filter((number) => number === 1).length, 1)
  })

  it('does not count the right password, whatever the new one is', async () => {
    const { user, change } = await signedIn('Right')
    for (let time = 1; time <= 8; time += 1) await change(password, 'short')
    const [row] = await test.rows(
      'select failed_attempts, locked_at from sign_in_states where user_id = $1',
      [user.id],
    )
    deepEqual(row, { failed_attempts: 0, locked_at: null })
  })

  it('happens once when two different ones are sent at the same moment', async () => {
    const { user, browser } = await signedIn('Race')
    const { text } = await browser.get(page)
    const csrf = /name="csrf_token" value="(?<token>[^"]+)"/.exec(text)?.groups?.['token'] ?? ''
    const typed = [fresh, 'velvet compass orchard thunder']
    const statuses = await Promise.all(
      typed.map(async (one) => {
        const body = new URLSearchParams({ ...fieldsOf(password, one), csrf_token: csrf })
        return (await browser.send(page, { method: 'POST', body })).status
      }),
    )
    deepEqual([...statuses].sort(), [200, 302])
    equal((await test.events(user.uid)).filter((number) => number === 10).length, 1)
  })

  it('asks fifteen characters of somebody exempt from 2-step verification', async () => {
    const { user, browser, change } = await signedIn('Exempt')
    await test.rows(
      `update users set exempt_reason = 'no phone', exempt_until = '2027-01-01' where id = $1`,
      [user.id],
    )
    match((await browser.get(page)).text, /at least 15 characters/)
    match((await change(password, 'Kx7#pQz9!vLm2w')).text, /Password must be 15 characters or more/)
    equal((await change(password, fresh)).status, 302)
  })

  it('holds the name, the address and the organisation against a password', async () => {
    const [organisation] = await test.rows<{ id: number }>(
      `insert into organisations (content_id, slug, name, created_at, updated_at)
       values ($2, 'lighthouses', 'Board of Northern Lighthouses', $1, $1) returning id`,
      [test.clock.now(), signon.random.uuid()],
    )
    const { user, change } = await signedIn('Grizelda Fotheringay')
    await test.rows('update users set organisation_id = $2 where id = $1', [user.id, organisation?.id])
    match((await change(password, 'Northern Lighthouses Board')).text, /not strong enough/)
    match((await change(password, 'grizelda FOTHERINGAY 1987')).text, /not strong enough/)
    equal((await change(password, fresh)).status, 302)
  })

  it('is for signed-in people, and a GET or HEAD changes nothing', async () => {
    equal((await test.browser().get(page)).location, '/users/sign_in')
    const { user, browser } = await signedIn('Looker')
    await browser.send(`${page}?user[password]=${fresh}`, { method: 'HEAD' })
    await browser.get(`${page}?user[current_password]=${password}&user[password]=${fresh}`)
    deepEqual(await test.events(user.uid), [11])
  })
})
