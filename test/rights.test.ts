import { deepEqual, ok } from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { pino } from 'pino'
import { roleMay } from '#domain/administration.policy.ts'
import { type Role, roles } from '#domain/user.ts'
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

const administrative = (): readonly RouteFact[] =>
  routes.filter(({ method, may }) => may !== undefined && method !== 'HEAD')

const tokens = new Map<Role, string>()
let outOfReach: number

/** What somebody of this role is answered at a route about `id`; forms carry their token. */
const ask = async (role: Role, { method, path }: RouteFact, id: number | string): Promise<number> => {
  const token = tokens.get(role) ?? ''
  const csrf = test.signon.keys.mac('csrf', token).toString('base64url')
  const { statusCode } = await web.inject({
    method: method as 'GET',
    url: path.replaceAll(/:\w+/g, String(id)),
    headers: {
      cookie: `__Host-signon_session=${token}`,
      accept: 'text/html',
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(method === 'POST' && { payload: new URLSearchParams({ csrf_token: csrf }).toString() }),
  })
  return statusCode
}

/** Forms that take a file have a token of another shape, and say what is missing. */
const takesAFile = (path: string): boolean => path === '/batch_invitations'

describe('what each role is answered, over every administrative route that there is', () => {
  before(async () => {
    await web.ready()
    const organisation = await test.organisation('Home Office')
    const elsewhere = await test.organisation('Treasury')
    for (const role of roles) {
      const needs = role.includes('organisation') ? { organisationId: organisation } : {}
      const user = await test.user(`The ${role}`, { role, twoStep: true, ...needs })
      tokens.set(role, await test.signon.single.sessions.open(user.id, 'full', {}))
    }
    const other = await test.user('Out of reach', { role: 'superadmin', organisationId: elsewhere })
    outOfReach = other.id
    ok(administrative().length > 40)
  })

  for (const role of roles)
    it(`a ${role} without the right: 403, whatever the number is`, async () => {
      const wrong: string[] = []
      for (const route of administrative()) {
        if (route.may === undefined || roleMay(role, route.may)) continue
        for (const id of [outOfReach, 999_999, 'nonsense']) {
          const status = await ask(role, route, id)
          if (status !== 403) wrong.push(`${route.method} ${route.path} ${id}: ${status}`)
        }
      }
      deepEqual(wrong, [])
    })

  for (const role of ['admin', 'super_organisation_admin', 'organisation_admin'] as const)
    it(`a ${role} with the right: 404 for who is out of reach, and for who is not there`, async () => {
      const wrong: string[] = []
      for (const route of administrative()) {
        const aboutAPerson = /^\/(?:users\/:id|suspensions|two_step_verification_exemptions)(?:\/|$)/.test(
          route.path,
        )
        if (!aboutAPerson || route.may === undefined || !roleMay(role, route.may)) continue
        const missing = await ask(role, route, 999_999)
        const statuses = [missing, await ask(role, route, outOfReach)]
        for (const id of ['nonsense', '99999999999999999999', '-1', '0'])
          statuses.push(await ask(role, route, id))
        // An empty form may be refused before anybody is looked for; for all of them alike.
        const isRefused = missing === 400 && route.method === 'POST'
        if (statuses.some((status) => status !== 404 && !(isRefused && status === 400)))
          wrong.push(`${route.method} ${route.path}: ${statuses}`)
        if (statuses[0] !== statuses[1])
          wrong.push(`${route.method} ${route.path} tells who is there: ${statuses}`)
      }
      deepEqual(wrong, [])
    })

  it('a superadmin: 404, or a plain refusal, for numbers that are nothing', async () => {
    const wrong: string[] = []
    for (const route of administrative().filter(({ path }) => path.includes(':') && !takesAFile(path)))
      for (const id of [999_999, 'nonsense', '99999999999999999999', '-1', '0']) {
        const status = await ask('superadmin', route, id)
        // A job that is gone is said to be gone, on the list of those that are not.
        const isJob = route.path.startsWith('/records/failed_jobs/') && status === 303
        if (![404, 400].includes(status) && !isJob)
          wrong.push(`${route.method} ${route.path} ${id}: ${status}`)
      }
    deepEqual(wrong, [])
  })

  it('every address under these has its right, so that none is forgotten', () => {
    const places =
      /^\/(?:users\/(?::id|access_changes|password_resets|invitation\/new)|users(?:\.csv)?$|api_users|applications|organisations|batch_invitations|records|suspensions|two_step_verification_exemptions|account\/(?:applications|role|organisation))/
    deepEqual(
      routes
        .filter(({ path, may, method }) => places.test(path) && may === undefined && method !== 'HEAD')
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
      // Everybody sees their own role and organisation; the last two only lead on to the page that asks.
      ['GET /account/organisation/edit', 'GET /account/role/edit', 'GET /suspensions/:id', 'GET /users/:id'],
    )
  })
})
