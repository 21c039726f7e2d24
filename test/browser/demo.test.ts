import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '#test/free-port.ts'
import { eventually } from '#test/waiting.ts'
import { accessibilityFaults, mainOf, openChromium, openWindow } from './chromium.ts'

/** Where pictures of the journey go, for the guides: `script/screens --guides`. */
const pictures = process.env['GUIDE_PICTURES']

const root = join(import.meta.dirname, '../..')
const [signonPort, publisherPort] = [await freePort(), await freePort()]
const folder = await mkdtemp(join(tmpdir(), 'signon-demo-'))

/** What `npm start` runs, until `stop` answers how it ended; and all that it has printed. */
const startDemo = async () => {
  const child = spawn(join(root, 'bin/signon'), ['demo'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      PORT: String(signonPort),
      DEMO_PUBLISHER_PORT: String(publisherPort),
      SIGNON_DATA_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  const stop = (): Promise<unknown> => {
    child.kill('SIGINT')
    return ended
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  await eventually('the demo says that it runs, or ends', () => /Stop with/.test(printed) || isOver(), 240)
  return { printed, stop }
}

/** What a newcomer reads off the terminal. */
const readOff = (printed: string) => {
  const found = (pattern: RegExp): string => pattern.exec(printed)?.[1] ?? `not printed: ${printed}`
  return {
    publisher: found(/Demo Publisher +(\S+)/),
    password: found(/password of each of them is:\s+(.+)\n/),
    writer: found(/(\S+) +normal; writes\n/),
    administrator: found(/(\S+) +superadmin; /),
    key: found(/authenticator app[^:]*:\s+([A-Z2-7]+)\n/),
  }
}

describe('what npm start begins', () => {
  let chromium: Browser
  let demo: Awaited<ReturnType<typeof startDemo>>

  before(async () => {
    if (pictures !== undefined) await mkdir(pictures, { recursive: true })
    chromium = await openChromium()
    demo = await startDemo()
  })
  after(async () => {
    await chromium.close()
    await demo.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const take = async (page: Page, name: string): Promise<void> => {
    if (pictures === undefined) return
    const size = page.viewportSize()
    await page.setViewportSize({ width: 760, height: 560 })
    await page.screenshot({ path: join(pictures, `${name}.png`) })
    if (size) await page.setViewportSize(size)
  }

  const signIn = async (page: Page, email: string, password: string): Promise<void> => {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  it('lets somebody sign in to a publishing application with what it printed, and write', async () => {
    const { publisher, writer, password } = readOff(demo.printed)
    const { page, complaints } = await openWindow(chromium)
    await page.goto(publisher)
    equal(new URL(page.url()).port, String(signonPort))
    await take(page, 'demo-signing-in')
    await signIn(page, writer, password)
    equal(page.url(), `${publisher}/`)
    await take(page, 'demo-publisher')
    await page.getByRole('button', { name: 'Create a document' }).click()
    await page.getByLabel('Title').fill('Written in the demo')
    await page.getByRole('button', { name: 'Save' }).click()
    equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Written in the demo')
    deepEqual(await accessibilityFaults(page), [])
    deepEqual(complaints, [])
  })

  it('lets an administrator in with the printed key of an authenticator app, to real organisations', async () => {
    const { publisher, administrator, password, key } = readOff(demo.printed)
    const { page, complaints } = await openWindow(chromium)
    await page.goto(publisher)
    await signIn(page, administrator, password)
    await page.getByLabel('Security code').fill(new TOTP({ secret: key }).generate())
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    equal(page.url(), `${publisher}/`)
    await page.goto(`http://localhost:${signonPort}/organisations?q=education`)
    match(await mainOf(page), /Department for Education/)
    deepEqual(complaints, [])
  })

  it('ends when it is told to, and keeps from one start to the next what was done', async () => {
    equal(await demo.stop(), 0)
    const before = readOff(demo.printed)
    demo = await startDemo()
    deepEqual(readOff(demo.printed), before)
    const { page } = await openWindow(chromium)
    await page.goto(before.publisher)
    await signIn(page, before.writer, before.password)
    await page.getByRole('link', { name: 'Written in the demo' }).click()
    match(await mainOf(page), /Nadia Rahman/)
  })
})
