import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext } from 'playwright-core'
import { everyPage, type VisitedPage } from '#test/every-page.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, openChromium } from './chromium.ts'
import { fillHouse, fillWithRealData } from './filled-house.ts'

/** Where pictures of every page go, when somebody wants them: `script/screens`. */
const pictures = process.env['SCREENS']

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
let browser: Browser
let pages: readonly VisitedPage[]
let superadmin: string

/** Former addresses, and questions that Nadia's account has no use for: they lead to where she is looked after. */
const elsewhere = [
  'account-activity',
  'doorkeeper_applications',
  'users-id-invitation_resend-edit',
  'users-id-unlocking-edit',
]

const contextOf = async (token: string, javaScriptEnabled = true): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled })
  await context.addCookies([{ name: 'signon_session', value: token, url: issuer }])
  return context
}

describe('every page for signed-in people', () => {
  before(async () => {
    const filled = pictures ? await fillWithRealData(test) : await fillHouse(test)
    superadmin = filled.token
    pages = await everyPage(test.signon, filled.numbers)
    browser = await openChromium()
    if (pictures) await mkdir(pictures, { recursive: true })
  })
  after(() => browser?.close())

  it('is there, reads well without colour, sight or a mouse, and fits a phone', async () => {
    ok(pages.length >= 90)
    const context = await contextOf(superadmin)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`)
    })
    const faults: string[] = []
    const leadsOn: string[] = []
    for (const { name, path } of pages) {
      const answer = await page.goto(`${issuer}${path}`)
      const status = answer?.status() ?? 0
      if (!answer?.headers()['content-type']?.startsWith('text/html')) continue
      if (status !== 200) faults.push(`${path}: ${status}`)
      if (new URL(page.url()).pathname !== new URL(path, issuer).pathname) {
        leadsOn.push(name)
        continue
      }
      equal(await countOf(page.locator('h1')), 1, path)
      const breadcrumbs = page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link')
      const way = (await breadcrumbs.allTextContents()).map((text) => text.trim())
      if (way.length > 0 && way.lastIndexOf('Dashboard') !== 0) faults.push(`${path}: begins with ${way}`)
      if (!pictures) faults.push(...(await accessibilityFaults(page)).map((fault) => `${path}: ${fault}`))
      else
        for (const width of [1280, 375]) {
          await page.setViewportSize({ width, height: 900 })
          await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true })
        }
    }
    deepEqual(leadsOn, elsewhere)
    deepEqual(faults, [])
    deepEqual(complaints, [])
    await context.close()
  })

  it('needs no JavaScript: nothing is shown that only JavaScript makes do something', async () => {
    const context = await contextOf(superadmin, false)
    const page = await context.newPage()
    await page.setViewportSize({ width: 375, height: 900 })
    const faults: string[] = []
    for (const { path } of pages) {
      const answer = await page.goto(`${issuer}${path}`)
      if (!answer?.headers()['content-type']?.startsWith('text/html')) continue
      equal(await countOf(page.locator('h1')), 1, path)
      const dead = page.locator('button:visible:not([type=submit]), form:not(:has([type=submit]))')
      for (const thing of await dead.all())
        faults.push(`${path}: ${await thing.evaluate('element => element.outerHTML.slice(0, 200)')}`)
    }
    deepEqual(faults, [])
    await context.close()
  })
})
