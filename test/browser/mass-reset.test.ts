import { deepEqual, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import type { MassResetId } from '#domain/mass-reset.ts'
import { resetPasswordsOfMany } from '#features/mass-reset/reset-passwords-of-many.job.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, mainOf, openAs, openChromium } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
const root = await test.user('Root', { role: 'superadmin', twoStep: true })
const home = await test.organisation('Home Office')
for (let number = 0; number < 12; number += 1) await test.user(`Ann ${number}`, { organisationId: home })

describe('resetting passwords of many, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  it('is chosen, looked at, done and reported', async () => {
    const { page, complaints } = await openAs(chromium, test, root)
    const faults: string[] = []
    const look = async (): Promise<void> => {
      faults.push(...(await accessibilityFaults(page)))
    }
    await page.goto(`${issuer}/users`)
    await page.getByRole('button', { name: 'Reset passwords of many users' }).click()
    await look()
    await page.getByRole('button', { name: 'See who is affected' }).click()
    match(await page.title(), /^Error: Reset passwords of many users/)
    await page.getByRole('link', { name: /Choose whose passwords to reset/ }).click()
    await look()
    await page.getByLabel('Organisation', { exact: true }).selectOption({ label: 'Home Office' })
    await page.getByLabel('And all organisations below it').check()
    await page.getByLabel('Normal').check()
    await page.getByRole('button', { name: 'See who is affected' }).click()
    match(await page.getByRole('heading', { level: 1 }).innerText(), /Reset passwords of 12 users/)
    await look()
    await page.getByRole('button', { name: 'Reset 12 passwords' }).click()
    match(await page.title(), /^Error: /)
    await look()
    await page.getByLabel('Reason').fill('A list of passwords was found')
    await page.getByRole('button', { name: 'Reset 12 passwords' }).click()
    await look()
    const reset = Number(new URL(page.url()).pathname.split('/').at(-1)) as MassResetId
    await resetPasswordsOfMany(test.signon)({ reset })
    await page.getByRole('link', { name: 'Refresh this page' }).click()
    match(await mainOf(page), /Done\.\s+12 of 12 users processed: 12 reset/)
    await look()
    deepEqual([faults, complaints], [[], []])
  })
})
