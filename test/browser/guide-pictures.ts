import { equal } from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import type { User } from '#domain/user.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { openAs, openChromium, openWindow } from './chromium.ts'
import { fillWithRealData } from './filled-house.ts'

/** Where they go: `script/screens --guides`. */
const folder = process.env['GUIDE_PICTURES'] ?? 'tmp/guide-pictures'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
const size = { width: 760, height: 1400 }

describe('the pictures of the guides', () => {
  let chromium: Browser
  let sam: User
  let nadia: User

  before(async () => {
    await fillWithRealData(test)
    const { users } = test.signon.single
    sam = await users.findByEmail('sam.okafor@example.gov.uk')
    nadia = await users.findByEmail('nadia.rahman@example.gov.uk')
    await mkdir(folder, { recursive: true })
    chromium = await openChromium()
  })
  after(() => chromium?.close())

  const signedIn = async (user: User): Promise<Page> => {
    const { page } = await openAs(chromium, test, user)
    await page.setViewportSize(size)
    return page
  }

  /** A picture from the top of one thing to the bottom of another. */
  const take = async (page: Page, name: string, from: Locator, to: Locator = from): Promise<void> => {
    const [top, bottom] = [await from.boundingBox(), await to.boundingBox()]
    if (!top || !bottom) throw new Error(`Nothing to show of ${name}`)
    const [y, margin] = [Math.max(0, top.y - 2), 10]
    const clip = { x: 0, y, width: size.width, height: bottom.y + bottom.height - y + margin }
    await page.screenshot({ path: join(folder, `${name}.png`), clip, fullPage: true })
  }
  const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, exact: true })
  const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })
  const link = (page: Page, name: string): Locator => page.getByRole('link', { name, exact: true })

  it('of signing in, and of one’s own account', async () => {
    const { page } = await openWindow(chromium)
    await page.setViewportSize(size)
    await page.goto(`${issuer}/users/sign_in`)
    await take(page, 'sign-in', heading(page, 'Sign in'), link(page, 'Forgot your passphrase?'))

    const own = await signedIn(nadia)
    await own.goto(issuer)
    await take(own, 'dashboard', heading(own, 'Your applications'), link(own, 'Set up 2-step verification'))
    await link(own, 'Set up 2-step verification').click()
    await take(
      own,
      'set-up-2-step-verification',
      heading(own, '2. Scan the QR code'),
      own.locator('.signon-qr-code'),
    )
    await own.goto(`${issuer}/account`)
    await take(own, 'settings', heading(own, 'Signing in'), link(own, 'Your account access log'))
  })

  it('of finding users, and what is done about one', async () => {
    const page = await signedIn(sam)
    const ben = await test.signon.single.users.findByEmail('ben.boyd@example.gov.uk')
    await page.goto(`${issuer}/users?filter=a&statuses[]=active`)
    await page.setViewportSize({ ...size, width: 1200 })
    const clip = { x: 15, y: 345, width: 1170, height: 320 }
    await page.screenshot({ path: join(folder, 'find-users.png'), clip, scale: 'css' })
    await page.setViewportSize(size)
    await page.goto(`${issuer}/users/invitation/new`)
    await take(
      page,
      'create-user',
      heading(page, 'Create new user'),
      page.getByLabel('Organisation', { exact: true }),
    )
    await page.goto(`${issuer}/users/${ben.id}/edit`)
    await take(
      page,
      'account-security',
      heading(page, 'Account security'),
      link(page, 'View account access log'),
    )
    await page.goto(`${issuer}/suspensions/${nadia.id}/edit`)
    await page.getByLabel('Reason for suspension').fill('Has left the department')
    await take(page, 'suspend-user', page.locator('h1'), button(page, 'Suspend user'))
    await page.goto(`${issuer}/users/${nadia.id}/applications`)
    await take(
      page,
      'permissions',
      page.locator('h1'),
      page.getByRole('table').first().getByRole('row').nth(1),
    )
  })

  it('of changing the access of several users, and of machines', async () => {
    const page = await signedIn(sam)
    await page.goto(`${issuer}/users?filter=a`)
    for (const number of [0, 1, 2])
      await page
        .getByLabel(/^Select .*@/)
        .nth(number)
        .check()
    await button(page, 'Change access of selected users').click()
    await take(
      page,
      'change-access-of-several',
      page.locator('h1'),
      page.getByRole('listitem').filter({ hasText: '@' }).last(),
    )
    const { user } = await test.machine('Search index', await test.application('Finder'))
    await page.goto(`${issuer}/api_users/${user.id}/edit`)
    await button(page, 'Add application token').click()
    await page.getByLabel('Application', { exact: true }).selectOption('Whitehall')
    await button(page, 'Create access token').click()
    const field = page.getByLabel('Access token for Whitehall')
    // No picture shows a real one, not even of a database that is gone.
    await page.evaluate("document.querySelector('[data-copy] input').value = 'sgn_shown-once'")
    equal(await field.inputValue(), 'sgn_shown-once')
    await take(page, 'access-token', heading(page, 'Access token for Whitehall'), field)
  })

  it('of the records', async () => {
    const page = await signedIn(sam)
    await page.goto(`${issuer}/records/events`)
    const table = page.getByRole('table')
    await take(page, 'who-did-what', table, table.getByRole('row').nth(2))
  })
})
