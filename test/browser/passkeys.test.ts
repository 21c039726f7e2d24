import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { minute } from '#kernel/clock.ts'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openAs, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('passkeys, in a real browser with an authenticator of its own', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  /** Gives a page's browser an authenticator that knows its person. */
  const giveAuthenticator = async (page: Page): Promise<{ verifyNobody(): Promise<unknown> }> => {
    const protocol: CDPSession = await page.context().newCDPSession(page)
    await protocol.send('WebAuthn.enable')
    const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    })
    return {
      verifyNobody: () =>
        protocol.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }),
    }
  }

  const signInByPassword = async (page: Page, email: string): Promise<void> => {
    await page.goto(`${issuer}/users/sign_in`)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  const signInByCode = async (page: Page, email: string): Promise<void> => {
    await signInByPassword(page, email)
    await page.getByLabel('Security code').fill(test.code())
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    test.clock.step(minute)
  }

  const addPasskey = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('link', { name: 'Change your 2-step verification device' }).click()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByLabel('Name of the passkey').fill(name)
    await page.getByLabel('Your password').fill(password)
    await page.getByLabel('Code from a device that you have already').fill(test.code())
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Create passkey' }).click()
    await page.getByRole('alert').getByText('Passkey added.').waitFor()
    test.clock.step(minute)
  }

  const signOut = (page: Page) => page.getByRole('button', { name: 'Sign out' }).click()

  it('somebody adds one, and signs in with it alone', async () => {
    const ada = await test.user('Ada Passkey', { twoStep: true })
    const { page, complaints } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, ada.email)
    await page.getByRole('link', { name: 'Change your 2-step verification device' }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.goto(issuer)
    await addPasskey(page, 'Work laptop')
    match(await mainOf(page), /Work laptop/)
    const letters = await test.mails()
    deepEqual(
      letters.map(({ to, subject }) => [to, subject.includes('2-step verification')]),
      [[ada.email, true]],
    )
    match(letters[0]?.text ?? '', /1 authenticator app, 1 passkey and no recovery codes now/)

    await signOut(page)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Use a passkey instead' }).click()
    await page.getByRole('heading', { name: 'Your applications' }).waitFor()
    const [session] = await test.rows<{ level: string; method: string }>(
      'select level, method from sessions where user_id = $1',
      [ada.id],
    )
    deepEqual(session, { level: 'full', method: 'passkey' })
    equal((await test.events(ada.uid)).at(-1), 11)
    deepEqual(complaints, [])
  })

  it('nobody touches their key before password and code are right, and its answer counts once', async () => {
    const eve = await test.user('Eve Passkey', { twoStep: true })
    const { page, complaints } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, eve.email)
    await page.goto(`${issuer}/account/two_step_verification/passkeys/new`)
    const fill = async (typed: string, code: string): Promise<void> => {
      await page.getByLabel('Your password').fill(typed)
      await page.getByLabel('Code from a device that you have already').fill(code)
      await page.getByRole('button', { name: 'Continue' }).click()
    }
    await fill('wrong', test.code())
    match(await page.getByRole('alert').innerText(), /That is not your password/)
    equal(await countOf(page.locator('form[data-passkey]')), 0)
    await fill(password, '000000')
    equal(await countOf(page.locator('form[data-passkey]')), 0)
    deepEqual(await accessibilityFaults(page), [])
    await fill(password, test.code())
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Create your passkey')
    deepEqual(await accessibilityFaults(page), [])

    const made = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: 'Create passkey' }).click()
    const request = await made
    await page.getByText('Passkey added.').waitFor()
    const again = await page.request.post(request.url(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: request.postData() ?? '',
    })
    equal(again.status(), 422)
    equal((await test.signon.single.passkeys.list(eve.id)).length, 1)
    deepEqual(complaints, [])
  })

  it('a key is not added any more when the authenticator app has gone meanwhile', async () => {
    const flo = await test.user('Flo Passkey', { twoStep: true })
    const { page } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, flo.email)
    await page.goto(`${issuer}/account/two_step_verification/passkeys/new`)
    await page.getByLabel('Your password').fill(password)
    await page.getByLabel('Code from a device that you have already').fill(test.code())
    await page.getByRole('button', { name: 'Continue' }).click()
    await test.rows('delete from totp_factors where user_id = $1', [flo.id])
    await page.getByRole('button', { name: 'Create passkey' }).click()
    await page.getByText('You have no authenticator app any more').waitFor()
    deepEqual(await test.signon.single.passkeys.list(flo.id), [])
  })

  it('a browser that cannot make one says so, and leads back', async () => {
    const gil = await test.user('Gil Passkey', { twoStep: true })
    const words = 'This browser cannot make a passkey. Use another browser, or switch on JavaScript.'
    for (const javaScriptEnabled of [false, true]) {
      const { page, complaints } = await openAs(chromium, test, gil, { javaScriptEnabled })
      await page.addInitScript('delete window.PublicKeyCredential')
      await page.goto(`${issuer}/account/two_step_verification/passkeys/new`)
      await page.getByText(words).waitFor()
      equal(await page.getByRole('button', { name: 'Continue' }).isVisible(), false)
      if (javaScriptEnabled) deepEqual(await accessibilityFaults(page), [])
      await page.getByRole('link', { name: 'Back to your devices' }).click()
      await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
      deepEqual(complaints, [])
    }
    const { page } = await openAs(chromium, test, gil)
    await page.goto(`${issuer}/account/two_step_verification/passkeys/new`)
    await page.getByRole('button', { name: 'Continue' }).waitFor()
    equal(await page.getByText(words).isVisible(), false)

    // The same on the page behind, for a browser that lost the ability between both.
    await page.getByLabel('Your password').fill(password)
    await page.getByLabel('Code from a device that you have already').fill(test.code())
    await page.addInitScript('delete window.PublicKeyCredential')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Create your passkey' }).waitFor()
    await page.getByText(words).waitFor()
    equal(await page.getByRole('link', { name: 'Cancel' }).isVisible(), false)
    await page.getByRole('link', { name: 'Back to your devices' }).waitFor()
    test.clock.step(minute)
  })

  it('somebody passes the second step with it, and removes it again', async () => {
    const ben = await test.user('Ben Passkey', { twoStep: true })
    const { page } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, ben.email)
    await addPasskey(page, '')
    await signOut(page)

    await signInByPassword(page, ben.email)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Your applications' }).waitFor()
    equal((await test.events(ben.uid)).at(-1), 21)

    await page.getByRole('link', { name: 'Change your 2-step verification device' }).click()
    await page.getByRole('link', { name: 'Remove Passkey' }).click()
    await page.getByLabel('Your password').fill(password)
    await page.getByLabel('Code from a device that you have').fill(test.code())
    await page.getByRole('button', { name: 'Remove' }).click()
    match(await page.getByRole('alert').innerText(), /Passkey removed/)
    equal((await test.rows('select from passkeys where user_id = $1', [ben.id])).length, 0)
  })

  it('somebody who has lost their app makes new recovery codes with it', async () => {
    const ina = await test.user('Ina Passkey', { twoStep: true })
    const { page, complaints } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, ina.email)
    await addPasskey(page, 'Laptop')
    await page.getByRole('link', { name: 'Make new recovery codes' }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Use a passkey instead' }).click()
    await page.getByRole('alert').getByText('That is not your password').waitFor()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Password, to go with your passkey').fill(password)
    await page.getByRole('button', { name: 'Use a passkey instead' }).click()
    await page.getByRole('heading', { name: 'New recovery codes', exact: true }).waitFor()
    equal(await test.signon.single.recoveryCodes.count(ina.id), 10)
    deepEqual(complaints, [])
  })

  it('a device that did not verify its person lets nobody in', async () => {
    const cal = await test.user('Cal Passkey', { twoStep: true })
    const { page } = await openWindow(chromium)
    const authenticator = await giveAuthenticator(page)
    await signInByCode(page, cal.email)
    await addPasskey(page, 'Laptop')
    await signOut(page)
    await authenticator.verifyNobody()
    await page.getByRole('button', { name: 'Use a passkey instead' }).click()
    await page.getByText('That did not work, or took too long.').waitFor()
    equal((await test.rows('select from sessions where user_id = $1', [cal.id])).length, 0)
  })

  it('an answer counts once, in the browser that was asked, and not for somebody suspended', async () => {
    const dee = await test.user('Dee Passkey', { twoStep: true })
    const { page } = await openWindow(chromium)
    await giveAuthenticator(page)
    await signInByCode(page, dee.email)
    await addPasskey(page, 'Laptop')
    await signOut(page)

    const answer = async (): Promise<string> => {
      await page.goto(`${issuer}/users/sign_in`)
      const sent = page.waitForRequest((request) => request.url().endsWith('/users/sign_in/passkey'))
      await page.getByRole('button', { name: 'Use a passkey instead' }).click()
      return (await sent).postData() ?? ''
    }
    const body = await answer()
    await page.getByRole('heading', { name: 'Your applications' }).waitFor()
    const signedIn = 'select from sessions where user_id = $1'
    equal((await test.rows(signedIn, [dee.id])).length, 1)

    // The same once more in the same browser, and in another one.
    const cookies = await page.context().cookies()
    await signOut(page)
    const visitor = cookies.find(({ name }) => name.endsWith('signon_visitor'))
    const again = await fetch(`${test.url}/users/sign_in/passkey`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: `${visitor?.name}=${visitor?.value}`,
      },
      body,
    })
    equal(again.headers.get('location'), '/users/sign_in')
    equal((await test.rows(signedIn, [dee.id])).length, 0)
    const other = test.browser()
    const token =
      /name="csrf_token" value="([^"]+)"/.exec((await other.get('/users/sign_in')).text)?.[1] ?? ''
    const credential = new URLSearchParams(body).get('credential') ?? ''
    const elsewhere = await other.send('/users/sign_in/passkey', {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token, credential }),
    })
    equal(elsewhere.location, '/users/sign_in')
    equal((await test.rows(signedIn, [dee.id])).length, 0)

    await test.signon.transaction((work) => work.users.suspend(dee.id, 'left'))
    await answer()
    await page.getByText('Your account has been suspended').waitFor()
    equal((await test.rows(signedIn, [dee.id])).length, 0)
  })
})
