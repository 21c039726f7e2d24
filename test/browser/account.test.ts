import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, mainOf, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0'

describe('one’s own account, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  const signIn = async (page: Page, email: string): Promise<void> => {
    await page.goto(`${issuer}/users/sign_in`)
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  const askFor = async (page: Page, newEmail: string): Promise<void> => {
    await page.getByRole('link', { name: 'Change your email address' }).click()
    await page.getByLabel('Email address').fill(newEmail)
    await page.getByRole('button', { name: 'Change email' }).click()
  }

  /** The link of this kind in the mails that wait. */
  const mailed = async (path: string): Promise<string> => {
    const text = (await test.mails()).map((letter) => letter.text).join('\n')
    const link = text.split(/\s/).find((word) => word.startsWith(`${issuer}${path}?`))
    return link ?? ''
  }

  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()

  it('somebody looks at their account, and ends what they do not recognise', async () => {
    const long = 'nadia.rahman.with.a.long.name@department-for-the-environment.example.gov.uk'
    const nadia = await test.user('Nadia Rahman', { email: long })
    const from = { address: '2001:db8:1234:5678:9abc:def0:1234:5678', userAgent: firefox }
    await test.signon.single.sessions.open(nadia.id, 'full', from)
    await test.signon.single.rememberedBrowsers.remember(nadia.id, from)

    const { page, complaints } = await openWindow(chromium)
    await signIn(page, nadia.email)
    await page.getByRole('link', { name: 'Nadia Rahman' }).click()
    equal(await heading(page), 'Settings')
    deepEqual(await accessibilityFaults(page), [])

    await page.getByRole('link', { name: 'Where you are signed in' }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: /End session of Firefox on Windows/ }).click()
    match(await page.getByRole('alert').innerText(), /That session has ended/)
    await page.getByRole('button', { name: /Forget browser Firefox on Windows/ }).click()
    deepEqual(await accessibilityFaults(page), [])

    await page.getByRole('link', { name: 'Back to settings' }).click()
    await page.getByRole('link', { name: 'Your account access log' }).click()
    match(await mainOf(page), /Session ended by you Firefox on Windows/)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('somebody changes their address without JavaScript, and confirms it elsewhere', async () => {
    const ben = await test.user('Ben')
    const { page } = await openWindow(chromium, { javaScriptEnabled: false })
    await signIn(page, ben.email)
    await page.goto(`${issuer}/account`)
    await askFor(page, 'ben@gmail.com')
    match(await page.title(), /^Error: /)
    await page.getByLabel('Email address').fill('ben.wright@example.gov.uk')
    await page.getByRole('button', { name: 'Change email' }).click()
    match(
      await page.getByRole('region', { name: 'Important' }).innerText(),
      /An email has been sent to ben\.wright@/,
    )

    const elsewhere = await openWindow(chromium)
    await elsewhere.page.goto(await mailed('/users/confirmation'))
    deepEqual(await accessibilityFaults(elsewhere.page), [])
    await elsewhere.page.getByLabel('Your password', { exact: true }).fill('not this one')
    await elsewhere.page.getByRole('button', { name: 'Confirm change' }).click()
    match(await elsewhere.page.getByRole('alert').innerText(), /Password was incorrect/)
    deepEqual(await accessibilityFaults(elsewhere.page), [])
    await elsewhere.page.getByLabel('Your password', { exact: true }).fill(password)
    await elsewhere.page.getByRole('button', { name: 'Confirm change' }).click()
    equal(elsewhere.page.url(), `${issuer}/users/sign_in`)
    match(await elsewhere.page.getByRole('alert').innerText(), /Your email address has been changed/)
    deepEqual(elsewhere.complaints, [])
  })

  it('the old address stops a change that its owner did not ask for', async () => {
    const cat = await test.user('Cat')
    const { page } = await openWindow(chromium)
    await signIn(page, cat.email)
    await page.goto(`${issuer}/account`)
    await askFor(page, 'cat@somewhere-else.example')
    deepEqual(await accessibilityFaults(page), [])
    const link = await mailed('/users/confirmation/objection')

    const owner = await openWindow(chromium)
    await owner.page.goto(link)
    equal(await heading(owner.page), 'Stop the change of email address')
    deepEqual(await accessibilityFaults(owner.page), [])
    await owner.page.getByRole('button', { name: 'Stop the change' }).click()
    equal(owner.page.url(), `${issuer}/users/password/new`)
    match(await owner.page.getByRole('alert').innerText(), /has been stopped/)
    await owner.page.goto(link)
    deepEqual(await accessibilityFaults(owner.page), [])
    await page.goto(`${issuer}/account`)
    equal(page.url(), `${issuer}/users/sign_in`)
    deepEqual(owner.complaints, [])
  })
})
