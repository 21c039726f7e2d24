import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { before, describe, it } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { pino } from 'pino'
import type { Passwords } from '#domain/password.ts'
import { systemRandom } from '#kernel/random.ts'
import { createWeb } from '#main/server.ts'
import { basic, challengeFor, strangeToken } from '#test/client.ts'
import { startSignon } from '#test/signon.ts'
import type { RouteFact } from '#web/server.ts'
import {
  bodies,
  headerOddities,
  jsonOddities,
  markup,
  type Oddity,
  pathOddities,
  urlencodedOddities,
} from './oddities.ts'

/**
 * Decides who asks what, and which of the tries at pages are made: others each time. What fails names its seed, and
 * FUZZ_SEED takes that one again; with FUZZ_ALL everybody asks everything.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? systemRandom.bytes(4).readUInt32LE())
const mostAtPages = process.env['FUZZ_ALL'] ? Number.POSITIVE_INFINITY : 4000

const test = await startSignon()
// Numbers in paths are 1, so what is done to somebody is done to these two.
await test.user('Victim')
await test.application('Victim')
const application = await test.application('Fuzzed', { isDirectoryApi: true })
const ada = await test.user('Ada', { role: 'superadmin', uses: [application], twoStep: true })
const machine = await test.machine('Robot', application)
// Revocation will end it, and is then asked to do so again.
const spare = await test.machine('Spare', application)
const verifier = 'x'.repeat(43)

// Argon2 is slow on purpose, and not what is tested here.
const passwords: Passwords = {
  hash: async () => 'hash',
  verify: async (_hash, password) => password === 'right',
  isStrong: async () => true,
}
const log: string[] = []
const routes: RouteFact[] = []
const web = createWeb(
  { ...test.signon, passwords },
  pino({ level: 'error' }, { write: (line) => log.push(line) }),
  {
    publicUrl: test.issuer,
    environment: 'test',
    trustedProxies: [],
    onRoute: (route) => routes.push(route),
  },
)

type Place = 'query' | 'body'

/** The parameters that were read, by route and place, such as `GET /user.json query`. */
const read = new Map<string, Set<string>>()

const keyOf = (method: string, path: string, place: Place): string => `${method} ${path} ${place}`

/** The same parameters, which note the name of each that is read. */
const watched = (parameters: unknown, { method, routeOptions }: FastifyRequest, place: Place): unknown => {
  if (typeof parameters !== 'object' || parameters === null) return parameters
  const key = keyOf(method, routeOptions.url ?? '', place)
  const names = read.get(key) ?? new Set()
  read.set(key, names)
  const note = (name: string | symbol): void => {
    if (typeof name === 'string') names.add(name)
  }
  return new Proxy(parameters, {
    get(target, name) {
      note(name)
      return Reflect.get(target, name)
    },
    has(target, name) {
      note(name)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor(target, name) {
      note(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
  })
}

web.addHook('onRequest', async (request) => {
  request.query = watched(request.query, request, 'query')
})
web.addHook('preValidation', async (request) => {
  request.body = watched(request.body, request, 'body')
})

/** What a good request holds; any other parameter is 1. */
const good: Readonly<Record<string, string>> = {
  client_id: application.clientId,
  client_secret: application.clientSecret,
  redirect_uri: application.redirectUri,
  response_type: 'code',
  response_mode: '',
  scope: '',
  state: 'state',
  code_challenge: challengeFor(verifier),
  code_challenge_method: 'S256',
  code_verifier: verifier,
  grant_type: 'authorization_code',
  code: strangeToken(),
  refresh_token: strangeToken(),
  access_token: machine.token,
  token: spare.token,
  'user[email]': ada.email,
  'user[password]': 'right',
}

type Caller = 'nobody' | 'a person' | 'a bearer' | 'an application'
const callers: readonly Caller[] = ['nobody', 'a person', 'a bearer', 'an application']

interface Shot {
  readonly what: string
  readonly method: string
  readonly path: string
  readonly url: string
  readonly caller: Caller
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly isRefused?: boolean
}

describe(`every route, whatever its parameters are (seed ${seed})`, () => {
  let shots: readonly Shot[] = []

  before(async () => {
    await web.ready()
    await learnParameters()
    shots = chosen(routes.flatMap(triesAt))
  })

  it('is known, with the parameters that it reads', () => {
    ok(routes.length > 10)
    const sorted = (method: string, path: string, place: Place) =>
      [...parametersOf(method, path, place)].sort()
    deepEqual(sorted('POST', '/users/sign_in', 'body'), [
      'csrf_token',
      'return_to',
      'user[email]',
      'user[password]',
    ])
    deepEqual(sorted('GET', '/user.json', 'query'), ['access_token', 'bearer_token', 'client_id'])
    ok(sorted('GET', '/oauth/authorize', 'query').includes('code_challenge_method'))
    ok(sorted('POST', '/oauth/token', 'query').includes('code_verifier'))
  })

  it('is begun from requests that are granted', async () => {
    const hands = await open()
    const ask = async (method: string, path: string, caller: Caller) =>
      (await send(goodShot(method, path, caller, 'authorization_code'), hands)).headers.location
    match(String(await ask('GET', '/oauth/authorize', 'a person')), /^https:\/\/fuzzed\.example\/.*\?code=/)
    // Wrong codes have locked her account while the parameters were learned.
    await test.signon.transaction((work) => work.users.unlock(ada.id))
    equal(await ask('POST', '/users/sign_in', 'nobody'), '/users/two_step_verification_session/new')
    equal((await send(goodShot('POST', '/oauth/revoke', 'an application', ''), hands)).statusCode, 200)
    equal((await send(goodShot('POST', '/oauth/introspect', 'a bearer', ''), hands)).statusCode, 200)
    const who = await send(goodShot('GET', '/user.json', 'a bearer', ''), hands)
    equal(who.json().user.name, 'Robot')
  })

  it('never breaks, refuses what is malformed, shows no markup, and leads nobody elsewhere', async () => {
    const faults: string[] = []
    const queue = shots.values()
    const lane = async () => {
      const hands = await open()
      for (const shot of queue) faults.push(...(await fire(shot, hands)))
    }
    await Promise.all(Array.from({ length: 8 }, lane))
    deepEqual(faults.slice(0, 20), [])
    deepEqual(log.slice(0, 3), [])
  })

  it('serves as before, afterwards', async () => {
    equal((await web.inject('/healthcheck/ready')).statusCode, 200)
    const { cookie } = await signedIn()
    equal((await web.inject({ url: '/', headers: { cookie } })).statusCode, 200)
    const late = await test.user('Late')
    equal((await test.browser().signIn(late.email)).location, '/')
  })
})

describe('what is no proper HTTP', () => {
  for (const [what, text] of [
    ['an unknown method', 'BREW /oauth/token HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a broken escape in the path', 'GET /oauth/%zz HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a path that is no UTF-8', 'GET /%ff%fe HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a full address of another host', 'GET http://evil.example/ HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['an address that is none', 'GET http:// HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: a\r\nauthorization: Basic \0\r\n\r\n'],
    ['a header of 20 KB', `GET / HTTP/1.1\r\nhost: a\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`],
    ...['/user.json?client_id=', '/oauth/authorize?state=', '/users/sign_in?x='].map(
      (start) =>
        [
          `1 MB of address at ${start}`,
          `GET ${start}${'x'.repeat(2 ** 20)} HTTP/1.1\r\nhost: a\r\n\r\n`,
        ] as const,
    ),
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'two lengths',
      'POST /oauth/token HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    ],
    ['a length that is none', 'POST /oauth/token HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n'],
    [
      'a length and chunks',
      'POST /oauth/token HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk without a length',
      'POST /oauth/token HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00'],
  ] as const)
    it(`is refused: ${what}`, async () => {
      match(await sendBytes(text), /^HTTP\/1\.1 (?:4\d\d|302) /)
    })
})

/** Asks every route for everything with what is known of its parameters, until no new ones are read. */
const learnParameters = async (): Promise<void> => {
  const hands = await open()
  let known = -1
  const count = () => [...read.values()].reduce((sum, names) => sum + names.size, 0)
  while (count() > known) {
    known = count()
    for (const { method, path } of routes)
      for (const caller of callers)
        for (const grant of ['authorization_code', 'refresh_token'])
          await fire(goodShot(method, path, caller, grant), hands)
  }
}

const parametersOf = (method: string, path: string, place: Place): readonly string[] => {
  const names = read.get(keyOf(method, path, place)) ?? []
  return place === 'body' && isPage(path) ? [...names, 'csrf_token'] : [...names]
}

const isPage = (path: string): boolean =>
  routes.some((route) => route.path === path && pages.has(route.access))

const pages: ReadonlySet<string> = new Set(['always', 'public', 'password', 'set-up', 'full', 'own'])

const goodPairs = (names: readonly string[], without?: string): string =>
  names
    .filter((name) => name !== without && !withheld.has(name))
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(good[name] ?? '1')}`)
    .join('&')

/** Sent only where they are what is odd: the caller authenticates otherwise, and adds the token of its forms. */
const withheld: ReadonlySet<string> = new Set(['client_secret', 'access_token', 'bearer_token', 'csrf_token'])

/** In a body a client id would contradict the header that a caller authenticates by. */
const goodForm = (method: string, path: string, without?: string): string =>
  goodPairs(
    parametersOf(method, path, 'body').filter((name) => name !== 'client_id'),
    without,
  )

const takesBody = (method: string): boolean => !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method)

const filledPath = (path: string): string => path.replaceAll(/:\w+/g, '1').replace('*', 'x')

const goodShot = (method: string, path: string, caller: Caller, grant: string): Shot => {
  const asksForTokens = parametersOf(method, path, 'body').includes('grant_type')
  const body = `${goodForm(method, path, 'grant_type')}${asksForTokens ? `&grant_type=${grant}` : ''}`
  return {
    what: 'all is well',
    method,
    path,
    caller,
    url: takesBody(method)
      ? filledPath(path)
      : `${filledPath(path)}?${goodPairs(parametersOf(method, path, 'query'))}`,
    ...(takesBody(method) && { body: Buffer.from(body), headers: { 'content-type': form } }),
  }
}

const form = 'application/x-www-form-urlencoded'

/** Everything that is tried at one route. */
const triesAt = ({ method, path, access }: RouteFact): readonly Try[] => {
  const tries = [
    ...oddQueries(method, path),
    ...oddPaths(path),
    ...oddHeaders(method, path),
    ...(takesBody(method) ? [...oddForms(method, path), ...oddJson(method, path), ...oddBodies(path)] : []),
    ...oddMethods(path),
  ]
  return tries.map((one) => ({ method, path, access, ...one }))
}

type Try = Omit<Shot, 'caller'> & Pick<RouteFact, 'access'>
type Odd = Omit<Try, 'method' | 'path' | 'access'> & { readonly method?: string }

const oddQueries = (method: string, path: string): readonly Odd[] => {
  const names = parametersOf(method, path, 'query')
  return (names.length > 0 ? names : ['x']).flatMap((name) =>
    urlencodedOddities.map((oddity) => ({
      what: `${name} in the query, ${oddity.what}`,
      // What is read in both places goes into the query only where it is odd.
      url: `${filledPath(path)}?${takesBody(method) ? '' : goodPairs(names, name)}&${oddity.text(name)}`,
      isRefused: mustRefuse(oddity, method, path, name),
      ...(takesBody(method) && {
        body: Buffer.from(goodForm(method, path, name)),
        headers: { 'content-type': form },
      }),
    })),
  )
}

const oddForms = (method: string, path: string): readonly Odd[] => {
  const names = parametersOf(method, path, 'body')
  return names.flatMap((name) =>
    urlencodedOddities.map((oddity) => ({
      what: `${name} in a form, ${oddity.what}`,
      url: filledPath(path),
      headers: { 'content-type': form },
      body: Buffer.from(`${goodForm(method, path, name)}&${oddity.text(name)}`),
      isRefused: mustRefuse(oddity, method, path, name),
    })),
  )
}

const oddJson = (method: string, path: string): readonly Odd[] => {
  const names = parametersOf(method, path, 'body')
  return names.flatMap((name) =>
    jsonOddities.map((oddity) => {
      const others = names
        .filter((other) => other !== name && other !== 'client_id' && !withheld.has(other))
        .map((other) => `${JSON.stringify(other)}:${JSON.stringify(good[other] ?? '1')},`)
      return {
        what: `${name} in JSON, ${oddity.what}`,
        url: filledPath(path),
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(`{${others.join('')}${JSON.stringify(name)}:${oddity.text(name)}}`),
        isRefused: mustRefuse(oddity, method, path, name),
      }
    }),
  )
}

const oddBodies = (path: string): readonly Odd[] =>
  bodies.map(({ what, type, body, isMalformed = false }) => ({
    what: `a body: ${what}`,
    url: filledPath(path),
    headers: { 'content-type': type },
    body,
    isRefused: isMalformed,
  }))

const oddPaths = (path: string): readonly Odd[] =>
  /[:*]/.test(path)
    ? pathOddities.map((text) => ({
        what: `a path with ${text.slice(0, 30)}`,
        url: path.replaceAll(/:\w+/g, text).replace('*', text),
        // What was at the former addresses of applications leads on to where it is now, whatever comes of it there.
        isRefused: path.includes('*') && !path.startsWith('/doorkeeper_applications'),
      }))
    : []

const oddHeaders = (method: string, path: string): readonly Odd[] =>
  headerOddities.map(([name, text]) => ({
    what: `${name}: ${text.slice(0, 40)}`,
    url: takesBody(method)
      ? filledPath(path)
      : `${filledPath(path)}?${goodPairs(parametersOf(method, path, 'query'))}`,
    headers: { ...(takesBody(method) && { 'content-type': form }), [name]: text },
    ...(takesBody(method) && { body: Buffer.from(goodForm(method, path)) }),
  }))

const oddMethods = (path: string): readonly Odd[] =>
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
    .filter((method) => !routes.some((route) => route.path === path && route.method === method))
    .map((method) => ({
      what: 'a method that is not for it',
      method,
      url: filledPath(path),
      isRefused: true,
    }))

/** Machines' endpoints have no form to show again, so they answer a list where there should be one text with a 4xx. */
const mustRefuse = (
  { isMalformed = false, isManifold = false }: Oddity,
  method: string,
  path: string,
  name: string,
): boolean => isMalformed || (isManifold && singular.get(accessTo(method, path))?.has(name) === true)

const accessTo = (method: string, path: string): RouteFact['access'] =>
  routes.find((route) => route.path === path && route.method === method)?.access ?? 'full'

/**
 * What is no single text is refused where machines ask. On the sign-in page it is a wrong email or password, which gets
 * the page again (`reference/accounts-and-sign-in.md` 3.2), and at `/oauth/authorize` an error for the application.
 */
const singular: ReadonlyMap<RouteFact['access'], ReadonlySet<string>> = new Map([
  ['client', new Set(Object.keys(good))],
  ['bearer', new Set(['client_id'])],
])

/** Where applications and machines ask, and where people sign in: everything is tried there, each time. */
const isAlwaysTried = ({ access, path }: Pick<Try, 'access' | 'path'>): boolean =>
  ['client', 'bearer', 'own'].includes(access) || path === '/users/sign_in'

/** Who asks what, in an order of chance: each thing is asked once, as a rule by the one whom the route is for. */
const chosen = (tries: readonly Try[]): readonly Shot[] => {
  const chance = generator(seed)
  const pick = (access: RouteFact['access']): Caller =>
    chance() < 0.5 ? guests[access] : (callers[Math.floor(chance() * callers.length)] ?? 'nobody')
  const shots = tries
    .flatMap((one) =>
      (process.env['FUZZ_ALL'] ? callers : [pick(one.access)]).map((caller) => ({ ...one, caller })),
    )
    .map((shot) => ({ shot, rank: chance() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ shot }) => shot)
  const { always = [], pages = [] } = Object.groupBy(shots, (shot) =>
    isAlwaysTried(shot) ? 'always' : 'pages',
  )
  return [...always, ...pages.slice(0, mostAtPages)]
}

const guests = {
  always: 'nobody',
  public: 'nobody',
  'set-up': 'a person',
  password: 'a person',
  full: 'a person',
  own: 'a person',
  open: 'nobody',
  client: 'an application',
  bearer: 'a bearer',
} as const satisfies Record<RouteFact['access'], Caller>

/** Numbers from 0 to 1 that are the same for the same seed (xorshift, Marsaglia 2003). */
const generator = (start: number) => {
  let bits = start | 1
  return () => {
    bits ^= bits << 13
    bits ^= bits >>> 17
    bits ^= bits << 5
    return (bits >>> 0) / 2 ** 32
  }
}

/** A person's browser and a stranger's, each with the token for its forms. */
interface Hands {
  readonly person: { cookie: string; token: string }
  readonly stranger: { readonly cookie: string; readonly token: string }
}

const open = async (): Promise<Hands> => ({
  person: await signedIn(),
  stranger: await formAt('/users/sign_in', ''),
})

const signedIn = async (): Promise<{ cookie: string; token: string }> =>
  formAt('/', `__Host-signon_session=${await test.signon.single.sessions.open(ada.id, 'full', {})}`)

const formAt = async (path: string, cookie: string): Promise<{ cookie: string; token: string }> => {
  const { body, cookies } = await web.inject({ url: path, headers: { cookie, accept: 'text/html' } })
  const token = /name="csrf_token" value="(?<token>[^"]+)"/.exec(body)?.groups?.['token'] ?? ''
  return {
    cookie: [cookie, ...cookies.map(({ name, value }) => `${name}=${value}`)].filter(Boolean).join('; '),
    token,
  }
}

let shotCount = 0

const send = (shot: Shot, hands: Hands) => {
  shotCount += 1
  const asWhom = shot.caller === 'a person' ? hands.person : hands.stranger
  return web.inject({
    method: shot.method as 'GET',
    url: shot.url.replace('?&', '?'),
    headers: { ...credentials(shot.caller, asWhom.cookie), ...shot.headers },
    ...(shot.body !== undefined && { payload: withToken(shot, asWhom.token) }),
    // Nobody is throttled: each comes from an address of its own.
    remoteAddress: `10.${(shotCount >> 16) & 255}.${(shotCount >> 8) & 255}.${shotCount & 255}`,
  })
}

/** Sends one request, and says what is wrong with the answer. */
const fire = async (shot: Shot, hands: Hands): Promise<readonly string[]> => {
  const response = await send(shot, hands)
  const isSignedOut = response.cookies.some(({ name }) => name.endsWith('signon_session'))
  if (shot.caller === 'a person' && isSignedOut) Object.assign(hands.person, await signedIn())

  const { statusCode: status, headers, body } = response
  const location = String(headers.location ?? '')
  const isSentAway = status === 302 && location === '/users/sign_in'
  const faults = [
    status >= 500 && 'breaks',
    shot.isRefused === true && (status < 400 || status >= 500) && !isSentAway && 'is not refused',
    location !== '' && !origins.has(originOf(location)) && `leads to ${location}`,
    String(headers['content-type']).startsWith('text/html') && body.includes(markup) && 'shows markup',
    // The HTTP library itself answers a path that it cannot decode.
    !/%(?:zz|ff)/.test(shot.url.split('?', 1)[0] ?? '') &&
      headers['x-content-type-options'] !== 'nosniff' &&
      'has no security headers',
  ]
  return faults
    .filter((fault) => fault !== false)
    .map((fault) => `${shot.method} ${shot.path} by ${shot.caller}, ${shot.what}: ${status}, ${fault}`)
}

// A browser reads an address as the URL standard says, not as RFC 3986 does.
const originOf = (location: string): string => URL.parse(location, test.issuer)?.origin ?? 'nowhere'
const origins: ReadonlySet<string> = new Set([test.issuer, originOf(application.redirectUri)])

const credentials = (caller: Caller, cookie: string): Readonly<Record<string, string>> => {
  if (caller === 'a bearer') return { authorization: `Bearer ${machine.token}` }
  if (caller === 'an application')
    return { authorization: basic(application.clientId, application.clientSecret) }
  return { cookie, accept: 'text/html' }
}

/** A form or JSON with the token that forms must carry, unless the token is what is odd. */
const withToken = ({ body = Buffer.alloc(0), headers, what }: Shot, token: string): Buffer => {
  if (what.startsWith('csrf_token') || what.startsWith('a body')) return body
  if (headers?.['content-type'] === form) return Buffer.concat([body, Buffer.from(`&csrf_token=${token}`)])
  return Buffer.concat([Buffer.from(`{"csrf_token":"${token}",`), body.subarray(1)])
}

/** The answer to raw bytes: what comes until the connection ends, or the first of it. */
const sendBytes = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(test.url)
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(text, 'latin1')))
    socket.setTimeout(5000, () => reject(new Error('No answer')))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString('latin1'))
    })
    socket.once('error', reject)
    socket.once('end', () => resolve(''))
  })
