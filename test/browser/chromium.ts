import axe, { type AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import type { User } from '#domain/user.ts'
import type { TestSignon } from '#test/signon.ts'
import { chromiumProgram } from './chromium-program.ts'

/** A real Chromium: the one that CHROMIUM names, or the one that comes with the packages. */
export const openChromium = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await chromiumProgram(), headless: true })

/** A window of its own, with what its pages complained about. */
export const openWindow = async (browser: Browser, options: { javaScriptEnabled?: boolean } = {}) => {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    ...options,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // A page that answers 400 or 404 is reported as one that failed to load.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

/** Presses the button of this name. */
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** How many there are of something, on a page that has arrived whole. */
export const countOf = async (found: Locator): Promise<number> => {
  await found.page().waitForLoadState()
  return found.count()
}

/** The text of a page's main part, when all of it has arrived. */
export const mainOf = async (page: Page): Promise<string> => {
  await page.waitForLoadState()
  return page.getByRole('main').innerText()
}

/** What WCAG 2.2 AA finds wrong with a page, one line each; at both widths. */
export const accessibilityFaults = async (page: Page): Promise<readonly string[]> => {
  const faults: string[] = []
  await page.waitForLoadState()
  await page.evaluate(axe.source)
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 900 })
    const { violations, passes } = await page.evaluate<AxeResults>(judgePage)
    if (passes.length === 0) throw new Error(`axe looked at nothing of ${page.url()}`)
    faults.push(
      ...violations.map(({ id, nodes }) => `${width} ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    )
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (Number(overflow) > 0) faults.push(`${width} scrolls sideways by ${overflow} pixels`)
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  return faults
}

// Of what passes it tells one example, which saves half of the time.
const judgePage = `axe.run(${JSON.stringify({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
})})`

/** A window in which this person has signed in fully. */
export const openAs = async (
  browser: Browser,
  { signon, issuer }: TestSignon,
  { id }: Pick<User, 'id'>,
  options: { javaScriptEnabled?: boolean } = {},
) => {
  const opened = await openWindow(browser, options)
  const value = await signon.single.sessions.open(id, 'full', {})
  await opened.page.context().addCookies([{ name: 'signon_session', value, url: issuer }])
  return opened
}
