import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { suspendUser } from '#features/users/suspend-user.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openAs, openChromium, press } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('what was done by whom, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  it('is found by who did it, by kind and by day, in the records', async () => {
    const ada = await test.user('Ada Admin', { role: 'admin', twoStep: true })
    const ben = await test.user('Ben Hart')
    await suspendUser(test.signon, { kind: 'person', userId: ada.id }, { email: ben.email, reason: 'left' })
    await test.browser().signIn('stranger@example.gov.uk', 'guess')
    const sue = await test.user('Sue', { role: 'superadmin', twoStep: true })
    const { page, complaints } = await openAs(chromium, test, sue)
    await page.goto(issuer)
    await page.getByRole('link', { name: 'Records' }).click()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Who did what' }).click()
    deepEqual(await accessibilityFaults(page), [])
    match(await page.getByRole('table').innerText(), /Ben Hart[\s\S]*Ada Admin|Ada Admin[\s\S]*Ben Hart/)

    await page.getByLabel('From').fill('2026-11-02')
    await page.getByLabel('To').fill('2026-11-01')
    await press(page, 'Update results')
    match(await page.title(), /^Error: /)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Clear all filters' }).click()
    equal(await countOf(page.getByRole('alert')), 0)

    await page.goto(`${issuer}/records/unknown_sign_ins`)
    equal((await mainOf(page)).includes('stranger@'), false)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('“View account access log” tells it of one user, and narrows it to a kind, without JavaScript', async () => {
    const cat = await test.user('Cat Doe')
    await test.browser().signIn(cat.email, 'wrong')
    await test.browser().signIn(cat.email)
    const al = await test.user('Al Admin', { role: 'admin', twoStep: true })
    await suspendUser(test.signon, { kind: 'person', userId: al.id }, { email: cat.email, reason: 'left' })
    const { page } = await openAs(chromium, test, al, { javaScriptEnabled: false })
    await page.goto(`${issuer}/users?filter=cat`)
    await page.getByRole('link', { name: 'Cat Doe' }).click()
    await page.getByRole('link', { name: 'View account access log' }).click()
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Account access log for Cat Doe')
    const rows = page.getByRole('table').getByRole('row')
    equal(await countOf(rows), 4)
    match(await rows.nth(1).innerText(), /Account suspended by you/)
    await page.getByLabel('Kind of event').selectOption('Signing in and out')
    await press(page, 'Update results')
    equal(await countOf(rows), 3)
    equal(await countOf(page.getByRole('link', { name: 'Clear all filters' })), 1)
  })
})
