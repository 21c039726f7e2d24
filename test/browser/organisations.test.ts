import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openAs, openChromium, press } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

describe('organisations, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  it('one is found by name, and requires 2-step verification of its members, until it does not any more', async () => {
    const cabinet = await test.organisation('Cabinet Office')
    const agency = await test.organisation('Tiny Agency', { parents: [cabinet] })
    const nadia = await test.user('Nadia Rahman', { organisationId: agency })
    const sue = await test.user('Sue', { role: 'superadmin', twoStep: true })
    const { page, complaints } = await openAs(chromium, test, sue)
    await page.goto(issuer)
    await page.getByRole('link', { name: 'Orgs' }).click()
    await page.getByLabel('Search by name, abbreviation or slug').fill('tiny')
    await press(page, 'Search')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Tiny Agency' }).click()
    match(await mainOf(page), /Parent organisations\s+Cabinet Office/)
    deepEqual(await accessibilityFaults(page), [])

    const changeMandate = page.getByRole('link', { name: /^Change whether 2-step verification is mandated/ })
    await changeMandate.click()
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Require 2-step verification')
    match(await page.getByRole('alert').innerText(), /2-step verification/)
    const members = await openAs(chromium, test, nadia)
    await members.page.goto(issuer)
    equal(await members.page.getByRole('heading', { level: 1 }).innerText(), 'Make your account more secure')

    await changeMandate.click()
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Stop requiring 2-step verification')
    await members.page.goto(issuer)
    equal(await members.page.getByRole('heading', { level: 1 }).innerText(), 'Your applications')
    deepEqual(complaints, [])
  })

  it('its people are found in the list of users, without JavaScript', async () => {
    const treasury = await test.organisation('Treasury')
    await test.user('Tom Treasurer', { organisationId: treasury })
    const admin = await test.user('Ada', { role: 'admin', twoStep: true })
    const { page } = await openAs(chromium, test, admin, { javaScriptEnabled: false })
    await page.goto(`${issuer}/organisations`)
    await page.getByRole('link', { name: 'Treasury' }).click()
    equal(await countOf(page.getByRole('link', { name: /^Change whether/ })), 0)
    await page.getByRole('link', { name: 'Find them in the list of users' }).click()
    equal(await countOf(page.getByRole('link', { name: 'Remove filter Organisation: Treasury' })), 1)
    equal(await countOf(page.getByRole('link', { name: 'Tom Treasurer' })), 1)
  })
})
