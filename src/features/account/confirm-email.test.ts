import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { User } from '#domain/user.ts'
import { day, hour } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { beginEmailChange } from './change-own-email.ts'

const test = await startSignon()
const { signon, clock } = test
const failed =
  'Couldn’t confirm email change. If it still waits in your Settings, resend the confirmation email from there.'
const anothers =
  'It appears you followed a link meant for another user. If the link is yours, sign out and then follow it again.'

/** Somebody whose change to `new.NAME@…` waits, and the links that were mailed about it. */
const changing = async (name: string, newEmail = `new.${name.toLowerCase()}@example.gov.uk`) => {
  const user = await test.user(name)
  equal(await beginEmailChange(signon, { kind: 'person', userId: user.id }, user.id, newEmail), undefined)
  const text = (await test.mails()).map((letter) => letter.text).join('\n')
  return {
    user,
    newEmail,
    confirm: /signon\.example(\/users\/confirmation\?\S+)/.exec(text)?.[1] ?? '',
    object: /signon\.example(\/users\/confirmation\/objection\?\S+)/.exec(text)?.[1] ?? '',
  }
}

const confirm = (browser: TestBrowser, link: string, typed?: string) =>
  browser.post('/users/confirmation', typed === undefined ? {} : { 'user[password]': typed }, link)

/** Posts without the page, as somebody may who knows the token. */
const post = async (browser: TestBrowser, token: string, typed = password) => {
  const page = await browser.get(browser.sessionCookie ? '/account' : '/users/sign_in')
  const csrf = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const body = new URLSearchParams({ csrf_token: csrf, confirmation_token: token, 'user[password]': typed })
  return browser.send('/users/confirmation', { method: 'POST', body })
}

const tokenIn = (link: string): string => link.split('=')[1] ?? ''
const emailOf = async ({ id }: User) => (await signon.single.users.seek(id))?.email
const alertOf = async (browser: TestBrowser, path: string) =>
  /<p class="govuk-notification-banner__heading">\s*(.*?)\s*<\/p>/s.exec((await browser.get(path)).text)?.[1]

const attemptsOf = async ({ id }: User) =>
  (
    await test.rows<{ failed_attempts: number }>(
      'select failed_attempts from sign_in_states where user_id = $1',
      [id],
    )
  )[0]?.failed_attempts

describe('confirming a new address, signed in', () => {
  it('asks once more, and then it is the address to sign in with', async () => {
    const { user, newEmail, confirm: link } = await changing('Ada')
    const browser = test.browser()
    await browser.signIn(user.email)
    const page = await browser.get(link)
    equal(page.status, 200)
    match(page.text, /<h1[^>]*>Confirm change of email address<\/h1>/)
    match(page.text, /ada@example\.gov\.uk/)
    match(page.text, /new\.ada@example\.gov\.uk/)
    doesNotMatch(page.text, /Your password/)
    equal(page.headers.get('referrer-policy'), 'no-referrer')

    const reset = await signon.single.accountTokens.issue(user.id, 'password-reset')
    const answer = await confirm(browser, link)
    deepEqual([answer.status, answer.location], [303, '/'])
    equal(
      await alertOf(browser, '/'),
      'Your email address has been changed. Use the new one to sign in from now on.',
    )
    equal(await emailOf(user), newEmail)
    deepEqual(await test.rows('select from email_changes where user_id = $1', [user.id]), [])
    equal(await signon.single.accountTokens.seek('password-reset', reset), undefined)

    equal((await test.browser().signIn(newEmail)).location, '/')
    equal((await test.browser().signIn(user.email)).status, 200)
    const [event] = await test.rows('select note, actor_id from events where number = 17')
    deepEqual(event, { note: `from ${user.email} to ${newEmail}`, actor_id: user.id })
  })

  it('tells applications, and both addresses', async () => {
    const { user, newEmail, confirm: link } = await changing('Bea')
    const browser = test.browser()
    await browser.signIn(user.email)
    const before = await test.jobs()
    await confirm(browser, link)
    deepEqual((await test.jobs()).slice(before.length), ['announce-user', 'send-mail', 'send-mail'])
    const letters = await test.mails()
    deepEqual(letters.map(({ to }) => to).sort(), [user.email, newEmail].sort())
    for (const { subject, text } of letters) {
      equal(subject, '[Test] Your GOV.UK Signon login details have changed')
      match(text, /Use new\.bea@example\.gov\.uk to sign in/)
    }
  })

  it('is for the owner only', async () => {
    const { user, confirm: link } = await changing('Cat')
    await test.user('Mallory')
    const browser = test.browser()
    await browser.signIn('mallory@example.gov.uk')
    const page = await browser.get(link)
    equal(page.location, '/')
    equal(await alertOf(browser, '/'), anothers)
    equal((await post(browser, tokenIn(link))).location, '/')
    equal(await alertOf(browser, '/'), anothers)
    equal(await emailOf(user), user.email)
    const owner = test.browser()
    await owner.signIn(user.email)
    await confirm(owner, link)
    equal(await emailOf(user), 'new.cat@example.gov.uk')
  })

  it('changes nothing by GET or HEAD', async () => {
    const { user, confirm: link } = await changing('Dot')
    const browser = test.browser()
    await browser.signIn(user.email)
    await browser.get(link)
    await browser.send(link, { method: 'HEAD' })
    await test.browser().get(link)
    await test.browser().send(link, { method: 'HEAD' })
    equal(await emailOf(user), user.email)
    deepEqual(await test.events(user.uid), [16, 11])
  })

  it('needs the token of its form', async () => {
    const { user, confirm: link } = await changing('Flo')
    const browser = test.browser()
    await browser.signIn(user.email)
    const body = new URLSearchParams({ confirmation_token: tokenIn(link) })
    equal((await browser.send('/users/confirmation', { method: 'POST', body })).status, 422)
    equal(await emailOf(user), user.email)
  })

  it('works once, however many try it at the same moment', async () => {
    const { user, confirm: link } = await changing('Gil')
    const browsers = Array.from({ length: 8 }, () => test.browser())
    for (const browser of browsers) await browser.signIn(user.email)
    await Promise.all(browsers.map((browser) => confirm(browser, link)))
    equal((await test.events(user.uid)).filter((number) => number === 17).length, 1)
    for (const browser of browsers.slice(0, 2)) {
      equal((await browser.get(link)).location, '/')
      equal((await post(browser, tokenIn(link))).location, '/')
      equal(await alertOf(browser, '/'), failed)
    }
    await test.mails()
  })
})

describe('confirming a new address, signed out', () => {
  it('observation 1: needs the password, and signs nobody in', async () => {
    const { user, newEmail, confirm: link } = await changing('Hal')
    const browser = test.browser()
    match((await browser.get(link)).text, /Your password/)
    const answer = await confirm(browser, link, password)
    deepEqual([answer.status, answer.location], [303, '/users/sign_in'])
    equal(browser.sessionCookie, undefined)
    equal(
      await alertOf(browser, '/users/sign_in'),
      'Your email address has been changed. Use the new one to sign in from now on.',
    )
    equal(await emailOf(user), newEmail)
    deepEqual(await test.rows('select from sessions where user_id = $1', [user.id]), [])
    equal(await attemptsOf(user), 0)
    const [event] = await test.rows('select actor_id from events where number = 17 and about_uid = $1', [
      user.uid,
    ])
    deepEqual(event, { actor_id: user.id })
  })

  it('says on the page that a password was wrong, and counts it (admin-ui 13, observation 7)', async () => {
    const { user, newEmail, confirm: link } = await changing('Ida')
    const browser = test.browser()
    const answer = await confirm(browser, link, 'not the password')
    equal(answer.status, 200)
    match(answer.text, /<title>\s*Error: Confirm change/)
    match(answer.text, /href="#password">Password was incorrect/)
    match(answer.text, new RegExp(newEmail.replaceAll('.', '\\.')))
    doesNotMatch(answer.text, /not the password/)
    equal(answer.headers.get('referrer-policy'), 'no-referrer')
    equal(await attemptsOf(user), 1)
    deepEqual(await test.events(user.uid), [16, 12])

    equal((await confirm(browser, link, '')).status, 200)
    equal(await attemptsOf(user), 1)
    equal((await confirm(browser, link, password)).location, '/users/sign_in')
    equal(await emailOf(user), newEmail)
  })

  it('observation 1: counts wrong passwords together with those of signing in, and locks the account', async () => {
    const { user, confirm: link } = await changing('Jon')
    const open = test.browser()
    await open.signIn(user.email)
    for (let time = 0; time < 3; time += 1) await test.browser().signIn(user.email, 'wrong at signing in')
    for (let time = 0; time < 3; time += 1) await confirm(test.browser(), link, 'wrong at confirming')
    equal((await test.events(user.uid)).filter((number) => number === 1).length, 1)
    equal((await open.get('/')).location, '/users/sign_in')
    equal((await test.browser().signIn(user.email)).status, 200)
    match((await confirm(test.browser(), link, password)).text, /Password was incorrect/)
    equal(await emailOf(user), user.email)

    clock.step(hour)
    equal((await confirm(test.browser(), link, password)).location, '/users/sign_in')
    equal(await emailOf(user), 'new.jon@example.gov.uk')
  })

  it('gives parallel guesses no more tries than one after another', async () => {
    const { user, confirm: link } = await changing('Kay')
    const browser = test.browser()
    await browser.get(link)
    const guesses = Array.from({ length: 12 }, () => confirm(browser, link, 'a guess'))
    await Promise.all(guesses)
    match((await confirm(browser, link, password)).text, /Password was incorrect/)
    equal(await emailOf(user), user.email)
    equal((await test.events(user.uid)).filter((number) => number === 1).length, 1)
    clock.step(hour)
  })

  it('works once in parallel, and the rest hear that it does not work', async () => {
    const { user, confirm: link } = await changing('Lou')
    const browser = test.browser()
    await browser.get(link)
    await Promise.all(Array.from({ length: 5 }, () => confirm(browser, link, password)))
    equal(await emailOf(user), 'new.lou@example.gov.uk')
    equal((await test.events(user.uid)).filter((number) => number === 17).length, 1)
  })

  it('is refused to somebody suspended, who does not lose a try', async () => {
    const { user, confirm: link } = await changing('Max')
    await signon.single.users.suspend(user.id, 'left')
    const browser = test.browser()
    equal((await confirm(browser, link, password)).location, '/users/sign_in')
    match((await alertOf(browser, '/users/sign_in')) ?? '', /Your account has been suspended/)
    equal(await emailOf(user), user.email)
    equal(await attemptsOf(user), 0)
    equal((await test.events(user.uid)).at(-1), 13)
  })
})

describe('a link that confirms nothing', () => {
  const refused = async (link: string) => {
    const browser = test.browser()
    const page = await browser.get(link)
    equal(page.location, '/users/sign_in')
    equal(await alertOf(browser, '/users/sign_in'), failed)
    const answer = await post(browser, tokenIn(link))
    equal(answer.location, '/users/sign_in')
    equal(await alertOf(browser, '/users/sign_in'), failed)
  }

  it('is unknown, missing, or of another purpose', async () => {
    const { user, object } = await changing('Ned')
    await refused('/users/confirmation?confirmation_token=unknown')
    await refused('/users/confirmation')
    await refused(`/users/confirmation?confirmation_token=${tokenIn(object)}`)
    const twice = await test.browser().get('/users/confirmation?confirmation_token=a&confirmation_token=b')
    equal(twice.location, '/users/sign_in')
    equal(await emailOf(user), user.email)
    equal(await attemptsOf(user), 0)
  })

  it('is two weeks old, to the moment', async () => {
    const { user, confirm: link } = await changing('Ole')
    clock.step(14 * day - 1)
    equal((await test.browser().get(link)).status, 200)
    clock.step(1)
    await refused(link)
    equal(await emailOf(user), user.email)
  })

  it('was used', async () => {
    const { confirm: link } = await changing('Pia')
    await confirm(test.browser(), link, password)
    await refused(link)
  })

  it('belongs to a change that another took the place of', async () => {
    const { user, confirm: link } = await changing('Quin')
    await beginEmailChange(signon, operator, user.id, 'third@example.gov.uk')
    await refused(link)
    equal(await emailOf(user), user.email)
    await test.mails()
  })

  it('leads to an address that has become somebody else’s', async () => {
    const { user, newEmail, confirm: link } = await changing('Rex')
    const other = await test.user('Other', { email: newEmail })
    await refused(link)
    deepEqual([await emailOf(user), await emailOf(other)], [user.email, newEmail])
  })

  it('is tried sixty times an hour from one network address, signed in or not', async () => {
    clock.step(hour)
    const { user, confirm: link } = await changing('Zed')
    const inside = test.browser()
    await inside.signIn(user.email)
    for (const browser of [inside, test.browser()])
      for (let time = 1; time <= 30; time += 1)
        ok([302, 303].includes((await post(browser, 'made-up')).status))
    for (const browser of [inside, test.browser()]) equal((await post(browser, 'made-up')).status, 429)
    equal((await confirm(inside, link)).status, 303)
    clock.step(hour)
  })

  it('loses against another that confirms the same address at the same moment', async () => {
    const [one, two] = [
      await changing('Tim', 'wanted@example.gov.uk'),
      await changing('Uma', 'wanted@example.gov.uk'),
    ]
    const browsers = [test.browser(), test.browser()] as const
    const answers = await Promise.all([
      confirm(browsers[0], one.confirm, password),
      confirm(browsers[1], two.confirm, password),
    ])
    deepEqual(
      answers.map(({ location }) => location),
      ['/users/sign_in', '/users/sign_in'],
    )
    const emails = [await emailOf(one.user), await emailOf(two.user)]
    equal(emails.filter((email) => email === 'wanted@example.gov.uk').length, 1)
    const words = await Promise.all(browsers.map((browser) => alertOf(browser, '/users/sign_in')))
    equal(words.filter((text) => text === failed).length, 1)
  })
})

it('leaves no token in the log, in events or in jobs', async () => {
  const { confirm: link, object } = await changing('Val')
  const kept = JSON.stringify([
    await test.rows('select * from events'),
    await test.rows('select * from graphile_worker._private_jobs'),
    await test.rows('select * from email_changes'),
    await test.rows(`select encode(token_hash, 'escape') as hash, purpose, email from account_tokens`),
  ])
  for (const token of [tokenIn(link), tokenIn(object)]) {
    ok(token.length > 40)
    equal(kept.includes(token), false)
  }
})
