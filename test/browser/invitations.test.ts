import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { inviteUser } from '#features/invitations/invite-user.ts'
import { freePort } from '#test/free-port.ts'
import { operator, startSignon } from '#test/signon.ts'
import { accessibilityFaults, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer, environment: 'integration' })
const password = 'harbour lantern seventeen otters'

/** Invites somebody, and answers the two links of their mail. */
const invite = async (email: string) => {
  await inviteUser(test.signon, operator, { name: 'Nadia Rahman', email, role: 'normal' })
  const [letter] = await test.mails()
  const [accept = '', decline = ''] = letter?.text.match(/http:\S+invitation_token=\S+/g) ?? []
  return { accept, decline }
}

describe('an invitation, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })

  after(() => chromium.close())

  for (const javaScriptEnabled of [true, false])
    it(`is accepted ${javaScriptEnabled ? 'with' : 'without'} JavaScript, and the person signs in`, async () => {
      const email = javaScriptEnabled ? 'nadia@example.gov.uk' : 'nadia.plain@example.gov.uk'
      const { accept } = await invite(email)
      const { page, complaints } = await openWindow(chromium, { javaScriptEnabled })
      await page.goto(accept)
      equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Set your password')
      if (javaScriptEnabled) deepEqual(await accessibilityFaults(page), [])
      await page.getByLabel('New password', { exact: true }).fill('short')
      await page.getByRole('button', { name: 'Save password' }).click()
      match(await page.getByRole('alert').innerText(), /There was a problem setting your password/)
      match(await page.title(), /^Error: Set your password/)
      if (javaScriptEnabled) deepEqual(await accessibilityFaults(page), [])

      await page.getByLabel('New password', { exact: true }).fill(password)
      await page.getByLabel('Confirm new password').fill(password)
      await page.getByRole('button', { name: 'Save password' }).click()
      match(await page.getByRole('alert').innerText(), /Your password was set successfully/)
      await page.getByLabel('Email').fill(email)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      equal(page.url(), `${issuer}/`)
      deepEqual(complaints, [])
    })

  it('is declined after a question, and the link is no use any more', async () => {
    const { accept, decline } = await invite('no@example.gov.uk')
    const { page, complaints } = await openWindow(chromium)
    await page.goto(decline)
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Remove your invitation?')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'set your password' }).click()
    equal(page.url(), accept)
    await page.goBack()
    await page.getByRole('button', { name: 'Remove your invitation' }).click()
    match(await page.getByRole('alert').innerText(), /Your invitation was removed/)
    await page.goto(accept)
    match(await page.getByRole('alert').innerText(), /not valid!(.|\n)*Ask whoever invited you/)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })
})
