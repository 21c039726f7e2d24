import type { Flow, Flows, Replay } from './orders.ts'
import {
  applicationOf,
  applicationsEach,
  clientIdOf,
  clientSecretOf,
  emailOf,
  everybodysPassword,
  freshApplications,
  liveToken,
  redirectUriOf,
  type Seeded,
  sessionOf,
  shuffled,
} from './seeded.ts'
import { openWire, requestText } from './wire.ts'

/** No turn takes longer, whatever is left of its list. */
const seconds = 20
const connections = 16

/** `GET /user.json`, as gds-sso asks it, with the live tokens of users taken at random. */
export const userInfoLoad = (port: number, seeded: Seeded, count: number, chance: number): Replay => {
  const order = shuffled(0, seeded.users - 1, chance)
  const requests = Array.from({ length: count }, (_, index) => {
    const { token, application } = liveToken(seeded, order[index % order.length] ?? 0)
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    return requestText('GET', `/user.json?client_id=${clientIdOf(application)}`, headers)
  })
  return { kind: 'replay', port, connections, seconds, requests, status: 200 }
}

/** A person and an application that has not asked for their permissions lately. */
export interface Visit {
  readonly user: number
  readonly application: number
}

/** Visits of people taken at random; no two alike while there are enough people. */
export const visits = ({ users }: Seeded, count: number, chance: number): readonly Visit[] => {
  const stale = applicationsEach - freshApplications
  const order = shuffled(0, users * stale - 1, chance)
  return Array.from({ length: count }, (_, index) => {
    const one = order[index % order.length] ?? 0
    const user = Math.floor(one / stale) + 1
    return { user, application: applicationOf(user, freshApplications + (one % stale)) }
  })
}

/** The flow of each visit, by the session cookie that the person has. */
export const flowsOf = (visited: readonly Visit[], cookieOf: (user: number) => string): readonly Flow[] =>
  visited.map(({ user, application }) => ({
    cookie: cookieOf(user),
    clientId: clientIdOf(application),
    clientSecret: clientSecretOf(application),
    redirectUri: redirectUriOf(application),
  }))

const signonPaths = {
  authorize: '/oauth/authorize',
  token: '/oauth/access_token',
  userInfo: '/user.json?client_id=CLIENT',
  asked: '',
} as const

export const signonFlows = (port: number, seeded: Seeded, count: number, chance: number): Flows => {
  const flows = flowsOf(
    visits(seeded, count, chance),
    (user) => `__Host-signon_session=${sessionOf(seeded, user)}`,
  )
  return { kind: 'flows', port, connections, seconds, paths: signonPaths, flows }
}

const rivalPaths = { authorize: '/auth', token: '/token', userInfo: '/me', asked: '&scope=openid' } as const

/** The same visits to the rival, who has cookies of its own. */
export const rivalFlows = (
  port: number,
  seeded: Seeded,
  cookies: readonly string[],
  count: number,
  chance: number,
): Flows => {
  const flows = flowsOf(visits(seeded, count, chance), (user) => cookies[user - 1] ?? '')
  return { kind: 'flows', port, connections, seconds, paths: rivalPaths, flows }
}

/** Enough that both cores always have a password to look at. */
const signInConnections = 40

/** `POST /users/sign_in` of people taken at random, all with the form of one page. */
export const signInLoad = async (
  port: number,
  { users }: Seeded,
  count: number,
  chance: number,
): Promise<Replay> => {
  const { cookie, csrfToken } = await openForm(port)
  const order = shuffled(1, users, chance)
  const requests = Array.from({ length: count }, (_, index) => {
    const fields = {
      'user[email]': emailOf(order[index % order.length] ?? 1),
      'user[password]': everybodysPassword,
      csrf_token: csrfToken,
    }
    return requestText(
      'POST',
      '/users/sign_in',
      { cookie, accept: 'text/html', 'x-forwarded-for': addressOf(order[index % order.length] ?? 1) },
      new URLSearchParams(fields).toString(),
    )
  })
  return { kind: 'replay', port, connections: signInConnections, seconds, requests, status: 302 }
}

/** People sign in from offices, some hundred of them; one address for all would be one row for all to wait for. */
const addressOf = (user: number): string => `10.1.${user % 2}.${user % 251}`

const openForm = async (port: number): Promise<{ readonly cookie: string; readonly csrfToken: string }> => {
  const wire = await openWire(port)
  const page = await wire.send(requestText('GET', '/users/sign_in', { accept: 'text/html' }))
  wire.close()
  const cookie = /\r\nset-cookie: (__Host-signon_visitor=[^;\r]+)/i.exec(page.head)?.[1]
  const csrfToken = /name="csrf_token" value="([^"]+)"/.exec(page.body())?.[1]
  if (cookie === undefined || csrfToken === undefined)
    throw new Error(`The sign-in page has no form: ${page.head}`)
  return { cookie, csrfToken }
}
