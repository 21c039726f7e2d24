import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { User } from '#domain/user.ts'
import type { TestBrowser } from '#test/browser.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()
const { signon } = test
const fresh = 'harbour lantern seventeen otters'

/** How often a session was loaded so far. */
let loads = 0
const { sessions } = signon.single
const counting: typeof sessions = {
  ...sessions,
  use: async (token) => {
    const presented = await sessions.use(token)
    loads += 1
    return presented
  },
}
let server: Awaited<ReturnType<typeof test.serve>>
const sockets: Socket[] = []
before(async () => {
  server = await test.serve({ ...signon, single: { ...signon.single, sessions: counting } })
})
after(async () => {
  for (const socket of sockets) socket.destroy()
  await server.close()
})

/** The form at a path, filled in, as the bytes of its head and of its body. */
const formOf = async (browser: TestBrowser, path: string, fields = {}, accept = 'text/html') => {
  const [, csrf = ''] = /name="csrf_token" value="([^"]+)"/.exec((await browser.get(path)).text) ?? []
  const body = new URLSearchParams({ csrf_token: csrf, ...fields }).toString()
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: signon.example',
    `Accept: ${accept}`,
    `Cookie: ${[...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body }
}

/** Sends these bytes in one piece; goes on to the status and address of the answer, after what else is to be sent. */
const opened = async (bytes: string) => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  await once(socket, 'connect')
  socket.write(bytes)
  return async (rest = ''): Promise<string> => {
    const isOver = once(socket, 'close')
    socket.write(rest)
    await isOver
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]
    const [, location = ''] = /^location: (.+)\r$/im.exec(answer) ?? []
    return `${status} ${location}`.trim()
  }
}

/** Sends a form but for the end of its body, waits until its session was loaded, and goes on to the answer. */
const heldBack = async (browser: TestBrowser, path: string, fields = {}, accept?: string) => {
  const { head, body } = await formOf(browser, path, fields, accept)
  const before = loads
  const finish = await opened(head + body.slice(0, 5))
  while (loads === before) await pause(5)
  return () => finish(body.slice(5))
}

const ownEmail = '/account/email/edit'
const newAddress = { 'user[email]': 'thief@example.gov.uk' }
const changesOf = ({ id }: User) => test.rows('select from email_changes where user_id = $1', [id])

/** Chooses another password by a link in a mail. */
const resetsPassword = async ({ email }: User): Promise<void> => {
  const browser = test.browser()
  await browser.post('/users/password', { 'user[email]': email }, '/users/password/new')
  const letter = (await test.mails()).find(({ to }) => to === email)
  const [link = ''] = /\/users\/password\/edit\?\S+/.exec(letter?.text ?? '') ?? []
  const fields = { 'user[password]': fresh, 'user[password_confirmation]': fresh }
  equal((await browser.post('/users/password/edit', fields, link)).status, 302)
}

describe('a request whose body is held back', () => {
  it('is carried out while its session lives', async () => {
    const user = await test.user('Slow')
    const finish = await heldBack(await test.signedIn(user), ownEmail, newAddress)
    equal(await finish(), '303 /account')
    equal((await changesOf(user)).length, 1)
  })

  const endings: Readonly<Record<string, (user: User, browser: TestBrowser) => Promise<unknown>>> = {
    'was signed out of': (_user, browser) => {
      const other = test.browser()
      for (const [name, value] of browser.cookies) other.cookies.set(name, value)
      return other.get('/users/sign_out')
    },
    'ended with a new password': (user) => resetsPassword(user),
    'ended with all of the person’s': ({ id }) => sessions.endAll(id),
    'is of somebody suspended': ({ id }) => signon.transaction((work) => work.users.suspend(id, 'left')),
    'was idle for too long': async ({ id }) =>
      test.rows(`update sessions set last_seen_at = last_seen_at - interval '1 day' where user_id = $1`, [
        id,
      ]),
  }
  for (const [how, end] of Object.entries(endings))
    it(`does nothing when its session ${how} meanwhile`, async () => {
      const user = await test.user(`Whose ${how.replaceAll(/\W/g, ' ')}`, {
        email: `${signon.random.uuid()}@example.gov.uk`,
      })
      const thief = await test.signedIn(user)
      const page = await heldBack(thief, ownEmail, newAddress)
      const script = await heldBack(thief, ownEmail, newAddress, 'application/json')
      await end(user, thief)
      equal(await page(), '302 /users/sign_in')
      equal(await script(), '401')
      deepEqual(await changesOf(user), [])
    })

  it('does nothing for an administrator whose session ended, or whose role was taken away', async () => {
    const victim = await test.user('Target', { twoStep: true })
    const path = `/users/${victim.id}/two_step_verification_reset/edit`
    const boss = await test.user('Boss', { role: 'superadmin', twoStep: true })
    const ended = await heldBack(await test.signedIn(boss), path)
    await sessions.endAll(boss.id)
    equal(await ended(), '302 /users/sign_in')
    const demoted = await heldBack(await test.signedIn(boss), path)
    await test.rows(`update users set role = 'normal' where id = $1`, [boss.id])
    equal(await demoted(), '403')
    equal((await signon.single.secondFactors.list(victim.id)).length, 1)
  })

  it('leads on to the second step when that has become a duty meanwhile', async () => {
    const user = await test.user('Duty')
    const finish = await heldBack(await test.signedIn(user), ownEmail, newAddress)
    await test.rows(`update users set requires_two_step = true where id = $1`, [user.id])
    equal(await finish(), '302 /account/two_step_verification/prompt')
    deepEqual(await changesOf(user), [])
  })
})

describe('a session', () => {
  it('is loaded once for a page, and for a form that comes in one piece; and not where there is none', async () => {
    const browser = await test.signedIn(await test.user('Quick'))
    const { head, body } = await formOf(browser, ownEmail, newAddress)
    const stranger = await formOf(test.browser(), '/users/sign_in', { 'user[email]': 'x@example.gov.uk' })
    const loadsOf = async (bytes: string): Promise<number> => {
      const before = loads
      await (await opened(bytes))()
      return loads - before
    }
    equal(await loadsOf(head.replace('POST', 'GET').replace(/Content-.*\r\n/g, '')), 1)
    equal(await loadsOf(head + body), 1)
    equal(await loadsOf(stranger.head + stranger.body), 0)
  })
})
