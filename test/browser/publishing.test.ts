import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pino } from 'pino'
import type { Browser, Page } from 'playwright-core'
import { type Publisher, startPublisher } from '#demo/publisher/publisher.ts'
import { grantAccess } from '#features/access/grant-access.ts'
import { revokeAccess } from '#features/access/revoke-access.ts'
import { startWorker } from '#main/worker.ts'
import { organisationsFile } from '#outside/organisation-source.ts'
import { applicationCaller } from '#outside/push-updates.ts'
import { freePort } from '#test/free-port.ts'
import { password } from '#test/people.ts'
import { operator, startSignon } from '#test/signon.ts'
import { accessibilityFaults, mainOf, openChromium, openWindow } from './chromium.ts'

const [signonPort, publisherPort] = [await freePort(), await freePort()]
const issuer = `http://localhost:${signonPort}`
const publisherUrl = `http://localhost:${publisherPort}`
const test = await startSignon({ port: signonPort, issuer, environment: 'integration' })

describe('publishing, in a real browser', () => {
  let chromium: Browser
  let publisher: Publisher
  let worker: Awaited<ReturnType<typeof startWorker>>

  before(async () => {
    const application = await test.application('Demo Publisher', {
      redirectUris: [`${publisherUrl}/auth/gds/callback`],
      homeUri: publisherUrl,
      permissions: ['write', 'publish'],
      requiresPkce: true,
    })
    const nadia = await test.user('Nadia Rahman', { uses: [application] })
    await test.grant(nadia, application, 'write')
    await test.user('Ben Wright')
    publisher = await startPublisher({
      signonUrl: issuer,
      signonInternalUrl: test.url,
      url: publisherUrl,
      host: '127.0.0.1',
      port: publisherPort,
      clientId: application.clientId,
      clientSecret: application.clientSecret,
    })
    const { signon, db, databaseUrl } = test
    worker = await startWorker({
      signon,
      db,
      databaseUrl,
      caller: applicationCaller(),
      postman: { send: async () => undefined },
      place: { publicUrl: issuer, environment: 'integration' },
      logger: pino({ level: 'silent' }),
      jobsAtOnce: 4,
      organisations: organisationsFile('/dev/null'),
      schedule: {},
    })
    chromium = await openChromium()
  })

  after(async () => {
    await chromium.close()
    await worker.stop()
    await publisher.close()
  })

  const signIn = async (page: Page, email: string, typed = password): Promise<void> => {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(typed)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  it('somebody opens a publishing application, signs in, and is back with the right permissions', async () => {
    const { page, complaints } = await openWindow(chromium)
    await page.goto(`${publisherUrl}/me`)
    equal(page.url(), `${issuer}/users/sign_in`)
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Sign in')
    deepEqual(await accessibilityFaults(page), [])

    await signIn(page, 'nadia.rahman@example.gov.uk', 'not the password')
    match(await page.getByRole('alert').innerText(), /Invalid email or password/)
    equal(await page.getByLabel('Email').inputValue(), 'nadia.rahman@example.gov.uk')
    deepEqual(await accessibilityFaults(page), [])

    await signIn(page, 'nadia.rahman@example.gov.uk')
    equal(page.url(), `${publisherUrl}/me`)
    const account = await mainOf(page)
    match(account, /Nadia Rahman/)
    match(account, /signin/)
    match(account, /write/)
    deepEqual(await accessibilityFaults(page), [])

    await page.goto(issuer)
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Your applications')
    deepEqual(await accessibilityFaults(page), [])
    await page.getByRole('link', { name: 'Demo Publisher' }).click()
    equal(new URL(page.url()).origin, publisherUrl)
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('signing out of the application signs out of Signon, and everywhere', async () => {
    const { page, complaints } = await openWindow(chromium)
    await page.goto(`${publisherUrl}/me`)
    await signIn(page, 'nadia.rahman@example.gov.uk')
    await page.goto(`${publisherUrl}/auth/gds/sign_out`)
    equal(page.url(), `${issuer}/users/sign_in`)
    match(await page.getByRole('alert').innerText(), /Signed out successfully/)
    deepEqual(await accessibilityFaults(page), [])
    await page.goto(`${publisherUrl}/me`)
    equal(page.url(), `${issuer}/users/sign_in`)
    deepEqual(complaints, [])
  })

  it('a change of access reaches the application while its session goes on', async () => {
    const { page } = await openWindow(chromium)
    await page.goto(`${publisherUrl}/me`)
    await signIn(page, 'nadia.rahman@example.gov.uk')
    const change = {
      email: 'nadia.rahman@example.gov.uk',
      applicationName: 'Demo Publisher',
      permissions: ['publish'],
    }
    await grantAccess(test.signon, operator, change)
    await untilShown(page, /publish\b/)
    await revokeAccess(test.signon, operator, { ...change, permissions: [] })
    await untilAt(page, `${issuer}/signin-required`)
    match(
      await page.getByRole('heading', { level: 1 }).innerText(),
      /You don’t have permission to sign in to Demo Publisher/,
    )
    deepEqual(await accessibilityFaults(page), [])
    await grantAccess(test.signon, operator, { ...change, permissions: ['write'] })
  })

  it('works without JavaScript', async () => {
    const { page } = await openWindow(chromium, { javaScriptEnabled: false })
    await page.goto(`${publisherUrl}/me`)
    await signIn(page, 'nadia.rahman@example.gov.uk')
    equal(page.url(), `${publisherUrl}/me`)
    await page.goto(issuer)
    await page.getByRole('button', { name: 'Sign out' }).click()
    equal(page.url(), `${issuer}/users/sign_in`)
  })

  it('pages that say no are pages, too', async () => {
    const { page, complaints } = await openWindow(chromium)
    await page.goto(`${publisherUrl}/`)
    await signIn(page, 'ben.wright@example.gov.uk')
    equal(page.url(), `${issuer}/signin-required`)
    deepEqual(await accessibilityFaults(page), [])
    for (const path of ['/', '/nothing', '/oauth/authorize?client_id=nobody', '/users/sign_in?%ff']) {
      await page.goto(issuer + path)
      deepEqual(await accessibilityFaults(page), [], path)
    }
    deepEqual(complaints, [])
  })

  const untilShown = async (page: Page, words: RegExp): Promise<void> => {
    const main = page.getByRole('main')
    for (let time = 0; time < 100 && !words.test(await main.innerText()); time += 1) {
      await page.waitForTimeout(100)
      await page.reload()
    }
    match(await main.innerText(), words)
  }

  const untilAt = async (page: Page, url: string): Promise<void> => {
    for (let time = 0; time < 100 && page.url() !== url; time += 1) {
      await page.waitForTimeout(100)
      await page.goto(`${publisherUrl}/me`)
    }
    equal(page.url(), url)
  }
})
