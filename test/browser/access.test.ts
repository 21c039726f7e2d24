import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import type { User } from '#domain/user.ts'
import { freePort } from '#test/free-port.ts'
import { startSignon } from '#test/signon.ts'
import { accessibilityFaults, countOf, mainOf, openChromium, openWindow } from './chromium.ts'

const port = await freePort()
const issuer = `http://localhost:${port}`
const test = await startSignon({ port, issuer })

describe('access to applications, in a real browser', () => {
  let chromium: Browser

  before(async () => {
    chromium = await openChromium()
  })
  after(() => chromium.close())

  const windowOf = async ({ id }: User, options: { javaScriptEnabled?: boolean } = {}) => {
    const opened = await openWindow(chromium, options)
    const value = await test.signon.single.sessions.open(id, 'full', {})
    await opened.page.context().addCookies([{ name: 'signon_session', value, url: issuer }])
    return opened
  }

  it('somebody is let in, looked at and sent away again', async () => {
    await test.application('Whitehall', { permissions: ['editor'] })
    const ben = await test.user('Ben Hart')
    const { page, complaints } = await windowOf(await test.user('Sue', { role: 'superadmin', twoStep: true }))
    await page.goto(`${issuer}/users/${ben.id}/applications`)
    await page.getByRole('button', { name: 'Grant access to Whitehall' }).click()
    match(await page.getByRole('alert').innerText(), /Ben Hart has been granted access to Whitehall/)
    deepEqual(await accessibilityFaults(page), [])

    await page.getByRole('link', { name: 'Update permissions for Whitehall' }).click()
    await page.getByLabel('editor').check()
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Update permissions' }).click()
    await page.getByRole('link', { name: 'View permissions for Whitehall' }).click()
    equal(await countOf(page.getByRole('row', { name: 'editor Yes' })), 1)
    deepEqual(await accessibilityFaults(page), [])

    await page.getByRole('link', { name: 'Back to all apps' }).click()
    await page.getByRole('button', { name: 'Remove access to Whitehall' }).click()
    match(await mainOf(page), /will be removed as well:\s+editor/)
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('button', { name: 'Confirm' }).click()
    match(await page.getByRole('alert').innerText(), /Ben Hart’s access to Whitehall has been removed/)
    deepEqual(complaints, [])
  })

  it('one of 560 permissions is found and given without JavaScript', async () => {
    const councils = Array.from({ length: 560 }, (_, number) => `Council ${number}`)
    const licensing = await test.application('Licensing', { permissions: councils })
    const cat = await test.user('Cat', { uses: [licensing] })
    await test.grant(cat, licensing, 'Council 7')
    const { page } = await windowOf(await test.user('Ada', { role: 'admin', twoStep: true }), {
      javaScriptEnabled: false,
    })
    await page.goto(`${issuer}/users/${cat.id}/applications/${licensing.id}/permissions/edit`)
    equal(await countOf(page.getByRole('checkbox')), 560)
    await page.getByLabel('Search for a permission').fill('council 55')
    await page.getByRole('button', { name: 'Search' }).click()
    equal(await countOf(page.getByRole('checkbox')), 11)
    await page.getByLabel('Council 559').check()
    await page.getByRole('button', { name: 'Update and continue' }).click()
    match(
      await page.getByRole('alert').innerText(),
      /Cat now has the following permissions for Licensing: Council 559, Council 7\./,
    )
    const current = page.getByRole('group', { name: 'Current permissions' })
    deepEqual(await countOf(current.getByRole('checkbox', { checked: true })), 2)
  })

  it('the buttons below many permissions stay in sight where there is room, and cover none on a phone', async () => {
    const many = Array.from({ length: 60 }, (_, number) => `Part ${number}`)
    const crowded = await test.application('Crowded', { permissions: many })
    const { page } = await windowOf(await test.user('Tess', { role: 'superadmin', twoStep: true }))
    const dan = await test.user('Dan', { uses: [crowded] })
    await page.goto(`${issuer}/users/${dan.id}/applications/${crowded.id}/permissions/edit`)
    const positionAt = async (width: number, height: number): Promise<unknown> => {
      await page.setViewportSize({ width, height })
      return page.evaluate("getComputedStyle(document.querySelector('.signon-at-hand')).position")
    }
    deepEqual(
      [await positionAt(1280, 900), await positionAt(375, 812), await positionAt(1280, 500)],
      ['sticky', 'static', 'static'],
    )
  })
})
