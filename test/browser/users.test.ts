import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { User } from '#domain/user.ts'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openAs, openChromium, openWindow, press } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })

/** The sentences of the manual for those who look after accounts, one after the other. */
describe('looking after users, in a real browser', () => {
  let chromium: Browser
  let sue: User

  before(async () => {
    chromium = await openChromium()
    const education = await test.organisation('Department for Education')
    sue = await test.user('Sue Super', { role: 'superadmin', twoStep: true, organisationId: education })
  })
  after(() => chromium.close())

  const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
  const told = (page: Page) => page.getByRole('alert').innerText()
  const change = (page: Page, what: string) =>
    page.getByRole('link', { name: `Change ${what}`, exact: true }).click()

  /** “Find the user under the list of users.” */
  const find = async (page: Page, name: string): Promise<void> => {
    await page.goto(issuer)
    await follow(page, 'Users')
    await page.getByLabel('Search by name or email').fill(name)
    await press(page, 'Update results')
    await follow(page, name)
    equal(await page.getByRole('heading', { level: 1 }).innerText(), name)
  }

  it('“Click ‘Create user’ and fill in the details”, and send the invitation again', async () => {
    await test.application('Whitehall', { permissions: ['editor'] })
    const { page, complaints } = await openAs(chromium, test, sue)
    await page.goto(`${issuer}/users`)
    await press(page, 'Create user')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Create user and send email')
    match(await page.title(), /^Error: /)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Name').fill('Nadia Rahman')
    await page.getByLabel('Email').fill('nadia.rahman@example.gov.uk')
    await page.getByLabel('Organisation', { exact: true }).selectOption('Department for Education')
    await page.locator('summary').getByText('Whitehall').click()
    await page.getByLabel('Has access to Whitehall?').check()
    await press(page, 'Create user and send email')
    match(await told(page), /nadia\.rahman@example\.gov\.uk/)

    await find(page, 'Nadia Rahman')
    deepEqual(await accessibilityFaults(page), [])
    await follow(page, 'Resend invitation email')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Resend invitation email')
    match(await told(page), /nadia\.rahman@example\.gov\.uk/)
    const letters = (await test.mails()).filter(({ text }) => text.includes('invitation_token='))
    deepEqual(
      letters.map(({ to }) => to),
      ['nadia.rahman@example.gov.uk', 'nadia.rahman@example.gov.uk'],
    )
    deepEqual(complaints, [])
  })

  it('finds people by filters, which are taken away again, and edits their details', async () => {
    await test.user('Wrong Name')
    const suspended = await test.user('Left Long Ago')
    await test.signon.transaction((work) => work.users.suspend(suspended.id, 'left'))
    const { page, complaints } = await openAs(chromium, test, sue)
    await page.goto(`${issuer}/users`)
    await page.getByText('Status', { exact: true }).first().click()
    await page.getByLabel('Suspended').check()
    await press(page, 'Update results')
    equal(await countOf(page.getByRole('row')), 2)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Remove filter Status: Suspended' }).click()

    await find(page, 'Wrong Name')
    await change(page, 'name')
    await page.getByLabel('Name').fill('Right Name')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Change name')
    await change(page, 'role')
    await page.getByLabel('Role').selectOption('Admin')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Change role')
    await change(page, 'organisation')
    await page.getByLabel('Organisation', { exact: true }).selectOption('Department for Education')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Change organisation')
    await change(page, 'email')
    await page.getByLabel('Email').fill('right.name@example.gov.uk')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Change email')
    match(await mainOf(page), /Right Name[\s\S]*Department for Education[\s\S]*Admin/)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('“select Suspend user”, and “on the edit page select Unsuspend user”', async () => {
    const ben = await test.user('Ben Hart')
    const { page, complaints } = await openAs(chromium, test, sue)
    await find(page, 'Ben Hart')
    await follow(page, 'Suspend user')
    await press(page, 'Suspend user')
    match(await page.title(), /^Error: /)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByLabel('Reason for suspension').fill('Has left')
    await press(page, 'Suspend user')
    match(await mainOf(page), /Suspended[\s\S]*Has left/)

    await find(page, 'Ben Hart')
    await follow(page, 'Unsuspend user')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Unsuspend user')
    match(await told(page), new RegExp(ben.email.replaceAll('.', '\\.')))
    equal(await countOf(page.getByRole('link', { name: 'Suspend user', exact: true })), 1)
    deepEqual(complaints, [])
  })

  it('“under ‘Account security’ select Reset 2-step verification”, without JavaScript', async () => {
    const cat = await test.user('Cat Doe', { twoStep: true })
    const { page } = await openAs(chromium, test, sue, { javaScriptEnabled: false })
    await find(page, 'Cat Doe')
    const security = page.getByRole('heading', { name: 'Account security' })
    equal(await countOf(security), 1)
    await follow(page, 'Reset 2-step verification')
    await press(page, 'Reset 2-step verification')
    match(await told(page), /Reset 2-step verification for cat\.doe@example\.gov\.uk/)
    equal(await countOf(page.getByRole('link', { name: 'Reset 2-step verification' })), 0)
    equal((await test.signon.single.secondFactors.list(cat.id)).length, 0)
  })

  it('“select Unlock account” for somebody who typed wrong passwords', async () => {
    const dan = await test.user('Dan Locked')
    for (let time = 0; time < 6; time += 1) await test.browser().signIn(dan.email, 'wrong')
    const { page, complaints } = await openAs(chromium, test, sue)
    await find(page, 'Dan Locked')
    match(await mainOf(page), /Locked/)
    await follow(page, 'Unlock account')
    deepEqual(await accessibilityFaults(page), [])
    await press(page, 'Unlock account')
    match(await told(page), /dan\.locked@example\.gov\.uk/)
    const own = await openWindow(chromium)
    await own.page.goto(`${issuer}/users/sign_in`)
    await own.page.getByLabel('Email').fill(dan.email)
    await own.page.getByLabel('Password', { exact: true }).fill(password)
    await press(own.page, 'Sign in')
    equal(await own.page.getByRole('heading', { level: 1 }).innerText(), 'Your applications')
    deepEqual(complaints, [])
  })
})
