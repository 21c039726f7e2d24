import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after as afterTests, describe, it } from 'node:test'
// @ts-expect-error The package brings no types; what we use of it is said below.
import UntypedStrategy from 'passport-oauth2'
import type { User } from '#domain/user.ts'
import { type Page, TestBrowser } from '#test/browser.ts'
import type { TestApplication } from '#test/people.ts'
import { startSignon } from '#test/signon.ts'

const test = await startSignon()

interface Options {
  readonly clientSecret?: string
  readonly scope?: string
  /** Does it send the access token as a parameter, as the library does by itself? */
  readonly sendsTokenInAddress?: boolean
}

/** An application whose server signs people in with passport's strategy, and shows what came of it as JSON. */
const startApplication = async (name: string, options: Options = {}) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTests(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const application = await test.application(name, {
    redirectUris: [`${url}/auth/gds/callback`],
    permissions: ['editor'],
    requiresPkce: true,
  })
  const strategy = strategyFor(application, options)
  const sessions = new Map<string, object>()
  server.on('request', (request, response) => {
    const visitor = request.headers.cookie ?? `visitor=${sessions.size}`
    const session = sessions.get(visitor) ?? {}
    sessions.set(visitor, session)
    response.setHeader('set-cookie', visitor)
    authenticate(strategy, Object.assign(request, { session, query: queryOf(request) }), response)
  })
  return { application, visitor: () => new TestBrowser(url) }
}

const strategyFor = (application: TestApplication, options: Options): Strategy => {
  const strategy = new (UntypedStrategy as StrategyConstructor)(
    {
      authorizationURL: `${test.url}/oauth/authorize`,
      tokenURL: `${test.url}/oauth/access_token`,
      clientID: application.clientId,
      clientSecret: options.clientSecret ?? application.clientSecret,
      callbackURL: application.redirectUri,
      state: true,
      pkce: true,
      ...(options.scope !== undefined && { scope: options.scope }),
    },
    (_accessToken, _refreshToken, profile, done) => done(null, profile),
  )
  strategy._oauth2.useAuthorizationHeaderforGET(options.sendsTokenInAddress !== true)
  strategy.userProfile = (accessToken, done) => {
    const address = `${test.url}/user.json?client_id=${application.clientId}`
    strategy._oauth2.get(address, accessToken, (error, body) =>
      error ? done(error) : done(null, JSON.parse(body ?? '')),
    )
  }
  return strategy
}

/** What passport itself does: each request gets the strategy with ways to answer it. */
const authenticate = (strategy: Strategy, request: VisitorRequest, response: ServerResponse): void => {
  const answer = (status: number, told: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  }
  const ways: Ways = {
    redirect: (address) => void response.writeHead(302, { location: address }).end(),
    success: (user) => answer(200, user),
    fail: (why, status = 401) => answer(status, why),
    error: ({ name, code, message }) => answer(502, { name, code, message }),
  }
  const forThisRequest: Strategy & Ways = Object.assign(Object.create(strategy), ways)
  forThisRequest.authenticate(request)
}

const queryOf = (request: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(new URL(request.url ?? '/', 'http://application.invalid').searchParams)

const signedIn = async (user: User): Promise<TestBrowser> => {
  const browser = test.browser()
  await browser.signIn(user.email)
  return browser
}

/** From the application to Signon, and to wherever Signon sends on to. */
const askSignon = async (visitor: TestBrowser, browser: TestBrowser): Promise<Page> =>
  browser.get((await visitor.get('/auth/gds')).location)

describe('an application with passport-oauth2', () => {
  for (const [how, sendsTokenInAddress] of [
    ['in a header', false],
    ['in the address', true],
  ] as const)
    it(`signs a person in, and reads who it is with the token ${how}`, async () => {
      const { application, visitor } = await startApplication(`Whitehall ${how}`, { sendsTokenInAddress })
      const ada = await test.user(`Ada ${how}`, { uses: [application] })
      await test.grant(ada, application, 'editor')

      const browser = visitor()
      const { location } = await askSignon(browser, await signedIn(ada))
      const { status, text } = await browser.get(location)
      equal(status, 200)
      deepEqual(JSON.parse(text), {
        user: {
          uid: ada.uid,
          name: `Ada ${how}`,
          email: ada.email,
          permissions: ['editor', 'signin'],
          organisation_slug: null,
          organisation_content_id: null,
          disabled: false,
        },
      })
    })

  it('sees nothing of a person who may not use it', async () => {
    const { visitor } = await startApplication('Closed')
    const browser = await signedIn(await test.user('Ben'))
    const { location } = await askSignon(visitor(), browser)
    equal(location, '/signin-required')
    match((await browser.get(location)).text, /You don’t have permission to sign in to Closed\./)
  })

  it('is told why its request was refused', async () => {
    const { application, visitor } = await startApplication('Scoped', { scope: 'write' })
    const browser = visitor()
    const { location } = await askSignon(
      browser,
      await signedIn(await test.user('Cleo', { uses: [application] })),
    )
    const { status, text } = await browser.get(location)
    const { name, code, message } = JSON.parse(text)
    deepEqual([status, name, code], [502, 'AuthorizationError', 'invalid_scope'])
    match(message, /scope must be absent/)
  })

  it('is told that its secret is wrong', async () => {
    const { application, visitor } = await startApplication('Mistaken', { clientSecret: 'wrong' })
    const browser = visitor()
    const { location } = await askSignon(
      browser,
      await signedIn(await test.user('Dai', { uses: [application] })),
    )
    const { status, text } = await browser.get(location)
    const { name, code } = JSON.parse(text)
    deepEqual([status, name, code], [502, 'TokenError', 'invalid_client'])
  })

  it('gets no token for a person who lost access on the way', async () => {
    const { application, visitor } = await startApplication('Too late')
    const eve = await test.user('Eve', { uses: [application] })
    const browser = visitor()
    const { location } = await askSignon(browser, await signedIn(eve))
    await test.signon.transaction(async (work) =>
      work.grants.remove(eve.id, application.id, await work.grants.findPermission(application.id, 'signin')),
    )
    const { status, text } = await browser.get(location)
    const { name, code } = JSON.parse(text)
    deepEqual([status, name, code], [502, 'TokenError', 'invalid_grant'])
  })

  it('believes nobody who comes back without having left, nor a second time', async () => {
    const { application, visitor } = await startApplication('Careful')
    const browser = visitor()
    const { location } = await askSignon(
      browser,
      await signedIn(await test.user('Flo', { uses: [application] })),
    )
    equal((await visitor().get(location)).status, 403)
    equal((await browser.get(location)).status, 200)
    equal((await browser.get(location)).status, 403)
  })
})

interface Strategy {
  readonly _oauth2: {
    get(address: string, token: string, done: (error: object | null, body?: string) => void): void
    useAuthorizationHeaderforGET(does: boolean): void
  }
  authenticate(request: VisitorRequest): void
  userProfile: (accessToken: string, done: (error: object | null, profile?: object) => void) => void
}

type StrategyConstructor = new (
  options: Readonly<Record<string, string | boolean>>,
  verify: (
    accessToken: string,
    refreshToken: string,
    profile: object,
    done: (error: null, user: object) => void,
  ) => void,
) => Strategy

type VisitorRequest = IncomingMessage & {
  readonly session: object
  readonly query: Readonly<Record<string, string>>
}

/** How a strategy ends a request. */
interface Ways {
  redirect(address: string): void
  success(user: object): void
  fail(why: object, status?: number): void
  error(
    error: Error & { readonly code?: string; readonly oauthError?: { readonly statusCode?: number } },
  ): void
}
