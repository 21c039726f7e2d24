import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { BatchId } from '#domain/batch.ts'
import { inviteBatch } from '#features/batches/invite-batch.job.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
await test.organisation('Department for the Environment')
const whitehall = await test.application('Whitehall', { permissions: ['editor'] })
const ada = await test.user('Ada', { role: 'admin', twoStep: true })

describe('a batch of users, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  /** A window in which Ada is signed in. */
  const window = async (javaScriptEnabled: boolean) => {
    const opened = await openWindow(chromium, { javaScriptEnabled })
    const value = await test.signon.single.sessions.open(ada.id, 'full', {})
    await opened.page.context().addCookies([{ name: 'signon_session', value, url: issuer }])
    return opened
  }
  const upload = async (page: Page, text: string): Promise<void> => {
    const file = { name: 'users.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
    await page.getByLabel('Upload a CSV').setInputFiles(file)
    await page.getByRole('button', { name: 'Manage permissions for new users' }).click()
  }
  const people = (name: string, count: number) =>
    Array.from({ length: count }, (_, row) => `${name} ${row},${name}.${row}@example.gov.uk`).join('\n')
  const work = (page: Page): Promise<void> => {
    const batch = Number(/(\d+)$/.exec(new URL(page.url()).pathname)?.[1]) as BatchId
    return inviteBatch(test.signon, { error: () => undefined })({ batch })
  }

  it('is corrected, sent, and followed to its end on one page that does not jump', async () => {
    const { page, complaints } = await window(true)
    await page.goto(`${issuer}/batch_invitations/new`)
    deepEqual(await accessibilityFaults(page), [])
    await upload(page, `Name,Email,Organisation\nBen,ben,nowhere\n${people('zoe', 2)}`)
    match(await page.title(), /^Error: /)
    await page.getByRole('link', { name: /There are 2 mistakes/ }).click()
    equal(await page.evaluate('document.activeElement.id'), 'mistakes')
    deepEqual(await accessibilityFaults(page), [])

    await upload(page, `Name,Email\n${people('zoe', 70)}`)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByText('Whitehall, 0 of 2 selected').click()
    await page.getByLabel('Has access to Whitehall?').check()
    await page.getByRole('button', { name: 'Invite 70 users' }).click()
    match(await page.getByRole('alert').innerText(), /Scheduled invitation of 70 users/)
    deepEqual(await accessibilityFaults(page), [])

    equal(await page.getByRole('link', { name: 'Refresh' }).isVisible(), false)
    await page.evaluate('scrollTo(0, 600)')
    await work(page)
    await page.getByText('In progress. 50 of 70 users processed.').waitFor()
    await work(page)
    await page.getByText('70 users processed.', { exact: true }).waitFor()
    equal(await page.evaluate('scrollY'), 600)
    equal(await countOf(page.getByRole('cell', { name: 'Invited', exact: true })), 70)
    const user = await test.signon.single.users.findByEmail('zoe.69@example.gov.uk')
    deepEqual(await test.signon.single.grants.held(user.id, whitehall.id), ['signin'])
    await page.getByRole('link', { name: 'Batches of users' }).click()
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('is sent and followed without JavaScript', async () => {
    const { page } = await window(false)
    await page.goto(`${issuer}/batch_invitations/new`)
    await page.getByLabel('Or paste the rows').fill(`Name\tEmail\n${people('tom', 2).replaceAll(',', '\t')}`)
    await page.getByRole('button', { name: 'Manage permissions for new users' }).click()
    await page.getByRole('button', { name: 'Invite 2 users' }).click()
    await work(page)
    await page.getByRole('link', { name: 'Refresh' }).click()
    match(await mainOf(page), /\n2 users processed\./)
    equal(await countOf(page.getByRole('link', { name: 'Refresh' })), 0)
  })
})
