import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, openChromium, openWindow, press } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('API users, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  /** A window in which a superadmin is signed in. */
  const open = async (name: string, options = {}) => {
    const superadmin = await test.user(name, { role: 'superadmin', twoStep: true })
    const token = await test.signon.single.sessions.open(superadmin.id, 'full', {})
    const opened = await openWindow(chromium, options)
    await opened.page.context().addCookies([{ name: 'signon_session', value: token, url: issuer }])
    return opened
  }
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()
  const path = (page: Page) => new URL(page.url()).pathname

  it('a superadmin follows the manual: an API user, a token, a copy of it', async () => {
    const long = 'access_limited_drafts_and_other_long_names'
    await test.application('Publishing API', { permissions: ['import', long] })
    const { page, complaints } = await open('Sue')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: issuer })
    await page.goto(`${issuer}/api_users`)
    await press(page, 'Create API user')
    await page.getByLabel('Name').fill('Search index')
    await page.getByLabel('Email').fill('search-and-navigation-team@department.example.gov.uk')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Create API user')
    equal(await heading(page), 'Search index')
    const user = page.url()
    deepEqual(await accessibilityFaults(page), [])

    await press(page, 'Add application token')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Create access token')
    match(await page.title(), /^Error: /)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Application', { exact: true }).selectOption('Publishing API')
    await press(page, 'Create access token')
    match(
      await page.getByRole('alert').innerText(),
      /Make sure to copy the access token for Publishing API now/,
    )
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    match(String(await page.evaluate('navigator.clipboard.readText()')), /^sgn_[\w-]{43}$/)

    await page.reload()
    equal(await heading(page), 'This access token was created already')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'go to the tokens' }).click()
    equal(await countOf(page.getByRole('link', { name: /^Revoke token sgn_/ })), 1)
    deepEqual(await accessibilityFaults(page), [])

    for (const link of [/^Replace token/, /^Revoke token/]) {
      await page.goto(user.replace(/edit$/, 'manage_tokens'))
      await page.getByRole('link', { name: link }).click()
      deepEqual(await accessibilityFaults(page), [])
    }
    await page.goto(user)
    await press(page, 'Manage permissions')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Update permissions for Publishing API' }).click()
    await page.getByLabel(long).check()
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Update permissions')
    match(await page.getByRole('table').innerText(), new RegExp(long))

    await page.goto(`${issuer}/api_users?filter=search`)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('another one does it without scripts, and suspends the API user in the end', async () => {
    await test.application('Router API')
    const { user } = await test.machine('Crawler', await test.application('Content store'))
    const { page } = await open('Sam', { javaScriptEnabled: false })
    await page.goto(`${issuer}/api_users/${user.id}/edit`)
    await press(page, 'Add application token')
    await page.getByLabel('Application', { exact: true }).selectOption('Router API')
    await press(page, 'Create access token')
    match(await page.getByLabel('Access token for Router API').inputValue(), /^sgn_/)
    equal(await countOf(page.getByRole('button', { name: 'Copy' })), 0)

    await page.goto(`${issuer}/api_users/${user.id}/edit`)
    await page.getByRole('link', { name: 'Suspend user' }).click()
    await page.getByLabel('Reason for suspension').fill('Not used any more')
    await press(page, 'Suspend user')
    equal(path(page), `/api_users/${user.id}/edit`)
    equal(await countOf(page.getByRole('button', { name: 'Add application token' })), 0)
    match(await page.getByRole('alert').innerText(), /is now suspended/)
  })
})
