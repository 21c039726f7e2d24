import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('applications, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  /** A window in which a superadmin is signed in. */
  const openAsSuperadmin = async (name: string) => {
    const { id } = await test.user(name, { role: 'superadmin', twoStep: true })
    const window = await openWindow(chromium)
    const value = await test.signon.single.sessions.open(id, 'full', {})
    await window.page.context().addCookies([{ name: 'signon_session', value, url: issuer }])
    return window
  }

  it('a superadmin creates one, copies its secret, and says what it offers', async () => {
    const { page, complaints } = await openAsSuperadmin('Olga')
    const heading = () => page.getByRole('heading', { level: 1 }).innerText()
    const sound = async () => deepEqual(await accessibilityFaults(page), [], await heading())
    await page.goto(`${issuer}/applications`)
    await sound()
    await page.getByRole('button', { name: 'Create application' }).click()
    await page.getByLabel('Application name').fill('Travel Advice Publisher')
    await page
      .getByLabel('Redirect addresses')
      .fill('http://travel-advice.a-long-name-of-a-host.example/callback')
    await page.getByRole('button', { name: 'Create application' }).click()
    match(await page.getByRole('alert').innerText(), /There is a problem/)
    await sound()

    await page.getByLabel('Redirect addresses').fill('https://travel-advice.example/auth/gds/callback')
    await page.getByRole('button', { name: 'Create application' }).click()
    equal(await heading(), 'Travel Advice Publisher has been created')
    await sound()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy client secret' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    equal(copied, await page.getByLabel('Client secret').inputValue())

    await page.getByRole('button', { name: 'I have kept the secret' }).click()
    equal(await heading(), 'Edit Travel Advice Publisher')
    await sound()
    await page.getByRole('link', { name: 'Edit permissions' }).click()
    await page.getByRole('button', { name: 'Add permission' }).click()
    await page.getByLabel('Permission name').fill('editor')
    await page.getByLabel('Delegated').check()
    await sound()
    await page.getByRole('button', { name: 'Save permission' }).click()
    match(await page.getByRole('alert').innerText(), /Successfully added permission editor/)
    await sound()
    await page.getByRole('link', { name: 'Delete editor' }).click()
    await sound()
    deepEqual(complaints, [])
  })

  it('a superadmin looks at who uses one, and at its secret and its end', async () => {
    const application = await test.application('Whitehall')
    const user = await test.user('Nadia Rahman', { uses: [application] })
    await test.rows(
      `insert into events (created_at, number, about_uid, application_id, actor_kind, address)
       select timestamptz '2025-01-15' + n * interval '31 days', 47, $1, $2, 'application', '192.0.2.7'
       from generate_series(0, 20) n`,
      [user.uid, application.id],
    )
    const { page, complaints } = await openAsSuperadmin('Oscar')
    for (const name of ['users_with_access', 'access_logs', 'monthly_access_stats', 'secret', 'retirement']) {
      await page.goto(`${issuer}/applications/${application.id}/${name}`)
      deepEqual(await accessibilityFaults(page), [], name)
    }
    deepEqual(complaints, [])
  })
})
