import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
const fresh = 'harbour lantern seventeen otters'

describe('choosing a password, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })

  after(() => chromium.close())

  const adviceOf = (page: Page) => page.locator('[data-advice]')

  /** Types a password, and waits for what is said about it. */
  const advisedOn = async (page: Page, typed: string, expected: readonly RegExp[]): Promise<void> => {
    await page.getByLabel('New password', { exact: true }).fill(typed)
    await adviceOf(page).locator('li').nth(expected.length).waitFor({ state: 'detached' })
    for (const words of expected) await adviceOf(page).getByText(words).waitFor()
    equal(await adviceOf(page).locator('li').count(), expected.length)
  }

  it('somebody forgets theirs, gets a link, and is advised while they type', async () => {
    const { email } = await test.user('Nadia Rahman')
    const { page, complaints } = await openWindow(chromium)
    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.goto(`${issuer}/users/sign_in`)
    await page.getByRole('link', { name: 'Forgot your passphrase?' }).click()
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Forgot your passphrase?')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Email').fill(email)
    await page.getByRole('button', { name: 'Send me passphrase reset instructions' }).click()
    match(await page.getByRole('alert', { name: 'Important' }).innerText(), /you’ll receive an email/)

    const [letter] = await test.mails()
    const [link = ''] = /http:\S+reset_password_token=\S+/.exec(letter?.text ?? '') ?? []
    await page.goto(link)
    deepEqual(await accessibilityFaults(page), [])
    equal(await adviceOf(page).getAttribute('aria-live'), 'polite')
    await advisedOn(page, 'short', [/at least 10 characters/, /must be more complex/])
    await advisedOn(page, 'Nadia Rahman!', [
      /shouldn’t include part or all of your email address/,
      /more complex/,
    ])
    await advisedOn(page, 'very weak password', [/more complex/])
    deepEqual(await accessibilityFaults(page), [])
    await advisedOn(page, fresh, [])
    await page.getByLabel('Confirm new password').fill('something else')
    await adviceOf(page).getByText('The confirmation must match the new password').waitFor()
    deepEqual(
      sent.filter((one) => one.includes('weak') || one.includes('lantern')),
      [],
    )

    await page.getByRole('button', { name: 'Save password' }).click()
    match(await page.getByRole('alert').innerText(), /Password confirmation doesn’t match Password/)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('New password', { exact: true }).fill(fresh)
    await page.getByLabel('Confirm new password').fill(fresh)
    await page.getByRole('button', { name: 'Save password' }).click()
    equal(page.url(), `${issuer}/users/sign_in`)
    match(
      await page.getByRole('alert', { name: 'Success' }).innerText(),
      /Your password was changed successfully/,
    )
    await page.goto(link)
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Sorry, this link doesn’t work')
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('somebody changes their own', async () => {
    const { email } = await test.user('Ada Lovelace')
    const { page, complaints } = await openWindow(chromium)
    await page.goto(`${issuer}/account/password/edit`)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Current password').fill('not it')
    await page.getByRole('button', { name: 'Save password' }).click()
    match(await page.getByRole('alert').innerText(), /Current password is invalid/)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('somebody changes their own without JavaScript', async () => {
    const { email } = await test.user('Ben Wright')
    const { page } = await openWindow(chromium, { javaScriptEnabled: false })
    await page.goto(`${issuer}/account/password/edit`)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    equal(page.url(), `${issuer}/account/password/edit`)
    await page.getByLabel('Current password').fill('not it')
    await page.getByLabel('New password', { exact: true }).fill('very weak password')
    await page.getByLabel('Confirm new password').fill('very weak password')
    await page.getByRole('button', { name: 'Save password' }).click()
    match(await page.getByRole('alert').innerText(), /Current password is invalid/)
    match(await page.getByRole('alert').innerText(), /Password not strong enough/)
    await page.getByLabel('Current password').fill(password)
    await page.getByLabel('New password', { exact: true }).fill(fresh)
    await page.getByLabel('Confirm new password').fill(fresh)
    await page.getByRole('button', { name: 'Save password' }).click()
    equal(page.url(), `${issuer}/account`)
  })
})
