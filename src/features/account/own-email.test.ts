import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Letter } from '#domain/letter.ts'
import type { User } from '#domain/user.ts'
import { day, hour } from '#kernel/clock.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon, clock } = test

const signedIn = async (user: User): Promise<TestBrowser> => {
  const browser = test.browser()
  await browser.signIn(user.email)
  return browser
}

const change = (browser: TestBrowser, email: string) =>
  browser.post('/account/email/edit', { 'user[email]': email })

const pendingOf = async (user: User): Promise<string | undefined> =>
  (await signon.single.emailChanges.seek(user.id))?.email

const lettersTo = (letters: readonly Letter[], to: string) => letters.filter((letter) => letter.to === to)

describe('asking for another address', () => {
  it('holds it until it is confirmed, says so, and tells both addresses', async () => {
    const ada = await test.user('Ada')
    const browser = await signedIn(ada)
    const answer = await change(browser, ' ADA.New@example.gov.uk ')
    deepEqual([answer.status, answer.location], [303, '/account'])
    const settings = (await browser.get('/account')).text
    match(
      settings,
      /An email has been sent to ada\.new@example\.gov\.uk\. Follow the link in the email to update/,
    )
    match(settings, /Resend confirmation email/)
    match(settings, /Cancel change/)
    match((await browser.get('/account/email/edit')).text, /An email has been sent to ada\.new@/)
    equal((await signon.single.users.seek(ada.id))?.email, ada.email)

    const letters = await test.mails()
    const [asked] = lettersTo(letters, 'ada.new@example.gov.uk')
    equal(asked?.subject, '[Test] Confirm changes to your GOV.UK Signon account')
    match(asked?.text ?? '', /https:\/\/signon\.example\/users\/confirmation\?confirmation_token=[\w-]{43}\n/)
    const [told] = lettersTo(letters, ada.email)
    equal(told?.subject, '[Test] Your GOV.UK Signon email address is being changed')
    match(told?.text ?? '', /from ada@example\.gov\.uk to ada\.new@example\.gov\.uk/)
    match(
      told?.text ?? '',
      /https:\/\/signon\.example\/users\/confirmation\/objection\?token=[\w-]{43}(\n|$)/,
    )
    equal(letters.length, 2)

    const [event] = await test.rows(
      'select note, actor_id, host(address) as address from events where number = 16',
    )
    deepEqual(event, {
      note: 'from ada@example.gov.uk to ada.new@example.gov.uk',
      actor_id: ada.id,
      address: '127.0.0.1',
    })
  })

  it('observation 10: is refused on the page when the address is the same however it is written, or is no good', async () => {
    const ben = await test.user('Ben')
    const browser = await signedIn(ben)
    const cases = [
      [ben.email, /Nothing to update\./],
      [' BEN@Example.gov.uk ', /Nothing to update\./],
      ['', /Enter an email address/],
      ['no-address', /in the correct format/],
      ['ben@gmail.com', /enter a workplace email/],
      [`${'b'.repeat(250)}@example.gov.uk`, /in the correct format/],
      ['"><script>alert(1)</script>@no-dot', /in the correct format/],
    ] as const
    for (const [typed, fault] of cases) {
      const page = await change(browser, typed)
      equal(page.status, 200, typed)
      match(page.text, /<title>\s*Error: Change your email address/)
      match(page.text, fault)
      match(page.text, /class="govuk-error-message"/)
      doesNotMatch(page.text, /<script>alert/)
    }
    doesNotMatch((await browser.get('/account')).text, /Nothing to update/)
    deepEqual(await test.events(ben.uid), [11])
    deepEqual(await test.mails(), [])
  })

  it('keeps an apostrophe through the whole change, and shows markup as text', async () => {
    const pat = await test.user('Pat', { email: "pat.o'neil@example.gov.uk" })
    const browser = await signedIn(pat)
    await change(browser, 'pat.d’arcy<b>@example.gov.uk')
    equal(await pendingOf(pat), "pat.d'arcy<b>@example.gov.uk")
    const settings = (await browser.get('/account')).text
    match(settings, /pat\.d&#39;arcy&lt;b&gt;@example/)
    match(
      (await browser.get('/account/access_log')).text,
      /o&#39;neil@example\.gov\.uk to pat\.d&#39;arcy&lt;b&gt;@/,
    )
    equal(lettersTo(await test.mails(), "pat.d'arcy<b>@example.gov.uk").length, 1)
  })

  it('tells nobody that an address is somebody else’s, and sends its owner nothing', async () => {
    const [eve, owner] = [await test.user('Eve'), await test.user('Owner')]
    const browser = await signedIn(eve)
    const [free, taken] = [await change(browser, 'free@example.gov.uk'), await change(browser, owner.email)]
    deepEqual([taken.status, taken.location, taken.text], [free.status, free.location, free.text])
    match((await browser.get('/account')).text, /An email has been sent to owner@example\.gov\.uk/)
    const again = await browser.post('/account/email/resend_email_change', {}, '/account')
    equal(again.location, '/account')

    const letters = await test.mails()
    deepEqual(lettersTo(letters, owner.email), [])
    match(lettersTo(letters, eve.email).at(-1)?.text ?? '', /to owner@example\.gov\.uk/)
    const tokens = `select from account_tokens where purpose = 'email-confirmation' and user_id = $1`
    deepEqual(await test.rows(tokens, [eve.id]), [])
  })

  it('takes the place of a change that waits', async () => {
    const kim = await test.user('Kim')
    const browser = await signedIn(kim)
    await change(browser, 'kim.one@example.gov.uk')
    await change(browser, 'kim.two@example.gov.uk')
    equal(await pendingOf(kim), 'kim.two@example.gov.uk')
    deepEqual(lettersTo(await test.mails(), 'kim.one@example.gov.uk'), [])
  })

  it('observation 15: is refused when somebody has mails sent over and over', async () => {
    const sue = await test.user('Sue')
    const browser = await signedIn(sue)
    const statuses: number[] = []
    for (let time = 0; time < 21; time += 1)
      statuses.push((await change(browser, `sue${time}@example.gov.uk`)).status)
    deepEqual(statuses, [...Array.from({ length: 20 }, () => 303), 429])
    equal((await browser.post('/account/email/resend_email_change', {}, '/account')).status, 429)
    clock.step(hour)
    await test.mails()
  })

  it('needs a session, and the token of its form', async () => {
    const stranger = await test.browser().get('/account/email/edit')
    deepEqual([stranger.status, stranger.location], [302, '/users/sign_in'])
    const lia = await test.user('Lia')
    const browser = await signedIn(lia)
    for (const path of ['edit', 'resend_email_change', 'cancel_email_change']) {
      const body = new URLSearchParams({ 'user[email]': 'other@example.gov.uk' })
      equal((await browser.send(`/account/email/${path}`, { method: 'POST', body })).status, 422, path)
    }
    equal(await pendingOf(lia), undefined)
  })
})

describe('a change that waits', () => {
  it('has its mails sent again, and earlier links are dead', async () => {
    const may = await test.user('May')
    const browser = await signedIn(may)
    await change(browser, 'may.new@example.gov.uk')
    const first = lettersTo(await test.mails(), 'may.new@example.gov.uk')[0]?.text
    clock.step(1000)
    const answer = await browser.post('/account/email/resend_email_change', {}, '/account')
    deepEqual([answer.status, answer.location], [303, '/account'])
    match((await browser.get('/account')).text, /sent the confirmation email again/)
    const letters = await test.mails()
    const second = lettersTo(letters, 'may.new@example.gov.uk')[0]?.text
    equal(lettersTo(letters, may.email).length, 1)
    const pathIn = (text = '') => /signon\.example(\/users\/confirmation\S+)/.exec(text)?.[1] ?? ''
    equal((await browser.get(pathIn(first))).location, '/')
    equal((await browser.get(pathIn(second))).status, 200)
  })

  it('cannot be sent again when there is none', async () => {
    const zoe = await test.user('Zoe')
    const browser = await signedIn(zoe)
    const answer = await browser.post('/account/email/resend_email_change', {}, '/account/email/edit')
    deepEqual([answer.status, answer.location], [303, '/account/email/edit'])
    match((await browser.get('/account/email/edit')).text, /Failed to send email change email/)
    deepEqual(await test.mails(), [])
  })

  it('is given up by its owner, and its links are dead', async () => {
    const roy = await test.user('Roy')
    const browser = await signedIn(roy)
    await change(browser, 'roy.new@example.gov.uk')
    const letters = await test.mails()
    const answer = await browser.post('/account/email/cancel_email_change', {}, '/account')
    deepEqual([answer.status, answer.location], [303, '/account'])
    const settings = (await browser.get('/account')).text
    match(settings, /You have cancelled your pending email address change\./)
    doesNotMatch(settings, /An email has been sent/)
    for (const { text } of letters) {
      const path = /signon\.example(\/users\/confirmation\S+)/.exec(text)?.[1] ?? ''
      equal((await browser.get(path)).status === 200, false)
    }
    await browser.post('/account/email/cancel_email_change', {}, '/account')
    deepEqual(await test.events(roy.uid), [11, 16, 59])
  })

  it('says when its link has expired, for an address that is somebody else’s too, until it is sent again', async () => {
    const [una, owner] = [await test.user('Una'), await test.user('Has it')]
    for (const address of ['una.new@example.gov.uk', owner.email]) {
      const browser = await signedIn(una)
      await change(browser, address)
      await test.mails()
      clock.step(14 * day - 1)
      const fresh = await signedIn(una)
      for (const path of ['/account', '/account/email/edit'])
        match((await fresh.get(path)).text, /The link is good for 2 weeks/)
      clock.step(1)
      for (const path of ['/account', '/account/email/edit']) {
        const { text } = await fresh.get(path)
        match(text, new RegExp(`The link in the email to ${address} has expired: send it again`))
        doesNotMatch(text, /good for 2 weeks/)
      }
      await fresh.post('/account/email/resend_email_change', {}, '/account')
      await test.mails()
      match((await fresh.get('/account')).text, /The link is good for 2 weeks/)
    }
  })

  it('writes no mail any more that was still to be sent', async () => {
    const gus = await test.user('Gus')
    const browser = await signedIn(gus)
    await change(browser, 'gus.new@example.gov.uk')
    await browser.post('/account/email/cancel_email_change', {}, '/account')
    deepEqual(await test.mails(), [])
  })
})

describe('settings', () => {
  it('show who somebody is, and lead to what they can do about their account', async () => {
    const nia = await test.user('Nia <i>')
    const browser = await signedIn(nia)
    const { text } = await browser.get('/account')
    match(text, /<h1[^>]*>Settings<\/h1>/)
    match(text, /Nia &lt;i&gt;/)
    for (const path of ['email/edit', 'password/edit', 'two_step_verification', 'sessions', 'access_log'])
      match(text, new RegExp(`href="/account/${path}"`))
    match((await browser.get('/')).text, /href="\/account"/)
    equal((await test.browser().get('/account')).location, '/users/sign_in')
  })
})
