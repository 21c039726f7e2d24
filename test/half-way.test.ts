import { deepEqual, equal, ok } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { pino } from 'pino'
import { createWeb } from '#main/server.ts'
import type { RouteFact } from '#web/server.ts'
import { startSignon } from './signon.ts'

const test = await startSignon()
const routes: RouteFact[] = []
const web = createWeb(test.signon, pino({ level: 'silent' }), {
  publicUrl: test.issuer,
  environment: 'test',
  trustedProxies: [],
  onRoute: (route) => routes.push(route),
})

const machines: readonly string[] = ['open', 'client', 'bearer']
const pages = (): readonly RouteFact[] =>
  routes.filter(({ access, path }) => !machines.includes(access) && !path.startsWith('/assets/'))

/** The way to stop somebody who takes over the account, from the address that it had. */
const stopsAChange = '/users/confirmation/objection'

/** What everybody may read before they do anything, and the foot of every page leads to. */
const notices = ['/accessibility-statement', '/privacy-notice'] as const

/** What a browser with this session is answered at a route. */
const ask = async ({ method, path }: RouteFact, token: string, accept = 'text/html') => {
  const { statusCode, headers } = await web.inject({
    method: method as 'GET',
    url: path.replaceAll(/:\w+/g, '1'),
    headers: { cookie: `__Host-signon_session=${token}`, accept },
  })
  return { status: statusCode, location: headers.location ?? '' }
}

/** Routes at which a session may go on although it has something to do first. */
const reached = async (token: () => Promise<string>, next: string): Promise<readonly string[]> => {
  const found = new Set<string>()
  for (const route of pages()) {
    const answer = await ask(route, await token())
    if (answer.status !== 302 || answer.location !== next) found.add(route.path)
    else {
      const machine = await ask(route, await token(), 'application/json')
      equal(machine.status, 401, `${route.method} ${route.path} to a script`)
    }
  }
  return [...found].sort()
}

describe('over every route that there is', () => {
  before(async () => {
    await web.ready()
    ok(pages().length > 20)
  })

  it('a session that has passed only the password reaches nothing but the second step, the way out and the notices', async () => {
    const user = await test.user('Half way', { twoStep: true })
    const open = () => test.signon.single.sessions.open(user.id, 'password', {})
    deepEqual(await reached(open, '/users/two_step_verification_session/new'), [
      ...notices,
      stopsAChange,
      '/users/sign_in',
      '/users/sign_out',
      '/users/two_step_verification_session',
      '/users/two_step_verification_session/new',
      '/users/two_step_verification_session/passkey',
      '/users/two_step_verification_session/recovery_code',
    ])
  })

  it('somebody who must set up 2-step verification reaches nothing but that, the way out and the notices', async () => {
    const user = await test.user('Must set up', { role: 'superadmin' })
    const open = () => test.signon.single.sessions.open(user.id, 'full', {})
    deepEqual(await reached(open, '/account/two_step_verification/prompt'), [
      notices[0],
      '/account/two_step_verification',
      '/account/two_step_verification/prompt',
      notices[1],
      stopsAChange,
      '/users/sign_in',
      '/users/sign_out',
      '/users/two_step_verification_session',
      '/users/two_step_verification_session/new',
      '/users/two_step_verification_session/passkey',
      '/users/two_step_verification_session/recovery_code',
    ])
  })
})
