import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { User } from '#domain/user.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openAs, openChromium, press } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('selecting users in the list, in a real browser', () => {
  let chromium: Browser
  let sue: User

  before(async () => {
    chromium = await openChromium()
    sue = await test.user('Sue Super', { role: 'superadmin', twoStep: true })
    await test.application('Whitehall', { permissions: ['editor'] })
    for (let number = 10; number < 40; number += 1)
      await test.user(`Crowd ${number}`, {
        email: `crowd.number.${number}@department-for-education.example.gov.uk`,
      })
  })
  after(() => chromium.close())

  const box = (page: Page, name: string) => page.getByLabel(`Select ${name} (`)
  const status = (page: Page) => page.getByRole('main').getByRole('status').innerText()
  const search = async (page: Page, name: string): Promise<void> => {
    await page.getByLabel('Search by name or email').fill(name)
    await press(page, 'Update results')
  }

  it('a page at once, others by name, and all of them get access', async () => {
    const { page, complaints } = await openAs(chromium, test, sue)
    await page.goto(`${issuer}/users`)
    await page.getByLabel('Select all on this page').check()
    equal(await status(page), '25 selected')
    await box(page, 'Crowd 10').uncheck()
    equal(await status(page), '24 selected')
    deepEqual(await accessibilityFaults(page), [])

    await page.getByRole('link', { name: /^Next/ }).click()
    equal(await status(page), '24 selected')
    await page.getByLabel('Select all on this page').waitFor()
    await box(page, 'Crowd 39').check()
    await search(page, 'crowd 1')
    equal(await status(page), '25 selected')
    equal(await box(page, 'Crowd 10').isChecked(), false)
    equal(await box(page, 'Crowd 11').isChecked(), true)
    await box(page, 'Crowd 11').uncheck()
    await page.getByRole('link', { name: 'Remove filter Search: crowd 1' }).click()
    equal(await status(page), '24 selected')

    await press(page, 'Change access of selected users')
    match(await mainOf(page), /24 users selected/)
    deepEqual(await accessibilityFaults(page), [])
    await page.goBack()
    await page.getByRole('link', { name: 'Clear selection' }).click()
    equal(await status(page), '')
    equal(await countOf(page.getByRole('checkbox', { checked: true })), 0)
    deepEqual(complaints, [])
  })

  it('does the same without JavaScript, over pages and searches', async () => {
    const { page } = await openAs(chromium, test, sue, { javaScriptEnabled: false })
    await page.goto(`${issuer}/users`)
    equal(await countOf(page.getByLabel('Select all on this page')), 0)
    await box(page, 'Crowd 10').check()
    await press(page, 'Keep selection and show next page')
    equal(await status(page), '1 selected')
    await box(page, 'Crowd 39').check()
    await search(page, 'crowd 20')
    equal(await status(page), '2 selected')
    await box(page, 'Crowd 20').check()
    await press(page, 'Change access of selected users')
    match(await mainOf(page), /3 users selected/)
    await page.getByLabel('Application').selectOption('Whitehall')
    await page.getByLabel('Give access or permissions').check()
    await press(page, 'Continue')
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Give access to 3 users')
  })
})
