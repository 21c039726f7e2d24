import fastifyCookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { AdministrativeAction } from '#domain/administration.policy.ts'
import { anonymousUserId } from '#domain/anonymous-user-id.ts'
import { Invalid } from '#kernel/failure.ts'
import type { Secret } from '#kernel/secret.ts'
import type { Signon } from '#store/signon.ts'
import { serveAssets } from './assets.ts'
import { browserOf } from './browser.ts'
import { cookies } from './cookies.ts'
import { noteFailure, type ShownFailure } from './failures.ts'
import { refuseOtherHosts } from './hosts.ts'
import { sectionsFor } from './navigation.ts'
import { createRenderer, type Page } from './page.ts'
import { givenRequestId, logRequests } from './request-log.ts'
import type { Routes, Scope } from './routes.ts'
import { pageHeaders, securityHeaders } from './security.ts'
import { guardPages, type MachineAccess, type PageAccess } from './session.ts'
import { parseUrlencoded, strictText } from './urlencoded.ts'
import { type RequestWatch, watchRequests } from './watch.ts'

export interface ServerOptions {
  readonly signon: Signon
  /** Public origin, such as https://signon.example.gov.uk. */
  readonly publicUrl: string
  /** What is written on every page: Production, Integration … */
  readonly environment: string
  readonly trustedProxies: readonly string[]
  /** What anonymous ids of people are made with; without it pages carry none. */
  readonly anonymousUserIdSecret?: Secret | undefined
  /** Are requests refused that are meant for another host than that of `publicUrl`? */
  readonly refusesOtherHosts?: boolean | undefined
  readonly logger: FastifyBaseLogger
  readonly watch?: RequestWatch | undefined
  readonly pages: readonly Routes[]
  readonly machines: readonly Routes[]
  /** Is told of every route, for documentation and for tests that must miss none. */
  readonly onRoute?: ((route: RouteFact) => void) | undefined
}

/** One route, and who may reach it. */
export interface RouteFact {
  readonly method: string
  readonly path: string
  readonly access: PageAccess | MachineAccess
  /** What it is for, where that depends on the role. */
  readonly may?: AdministrativeAction | undefined
}

/** Bodies larger than this are refused with 413 before anything reads them. */
const largestBodyBytes = 128 * 1024
/** Whoever takes longer to send a request is no browser. */
const longestRequestMilliseconds = 30_000
const malformed = Symbol('malformed')
const malformedQuery: Readonly<Record<string | symbol, unknown>> = { [malformed]: true }

/** The HTTP server: pages for people in one scope, addresses for machines in another. It does not listen yet. */
export const createServer = (options: ServerOptions): Scope => {
  const isSecure = options.publicUrl.startsWith('https:')
  const headers = securityHeaders({ isSecure })
  const server = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: largestBodyBytes,
    requestTimeout: longestRequestMilliseconds,
    // Node looks for late requests every 30 seconds unless told, and swaps the two limits where that of the head is larger.
    http: { headersTimeout: longestRequestMilliseconds, connectionsCheckingInterval: 2000 },
    genReqId: ({ headers }) => givenRequestId(headers) ?? options.signon.random.uuid(),
    // A logger for each request costs more than the lines that it writes; they name their request themselves.
    childLoggerFactory: (logger) => logger,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: {
      maxParamLength: 200,
      querystringParser: (text) => parseUrlencoded(text) ?? malformedQuery,
    },
    ajv: { customOptions: { removeAdditional: false } },
    // An address that cannot even be taken apart reaches no route.
    frameworkErrors: (_error, _request, reply: FastifyReply) => void refuseAddress(reply, headers),
  }).withTypeProvider<TypeBoxTypeProvider>()
  readBodies(server)
  tellRoutes(server, options.onRoute)
  // Hooks that every request meets take no promise, because each costs a turn of the loop.
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id)
    done()
  })
  logRequests(server)
  if (options.watch) watchRequests(server, options.watch)
  if (options.refusesOtherHosts) refuseOtherHosts(server, options.publicUrl)
  serveAssets(server)
  server.register(async (scope) => machineScope(scope, options))
  server.register(async (scope) => pageScope(scope, options, isSecure))
  return server
}

const tellRoutes = (server: Scope, tell: ServerOptions['onRoute']): void => {
  if (!tell) return
  server.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat())
      tell({ method: one, path: url, access: config?.access ?? 'full', may: config?.may })
  })
}

const refuseAddress = (reply: FastifyReply, headers: Readonly<Record<string, string>>): FastifyReply =>
  reply
    .code(400)
    .headers(headers)
    .type('text/plain; charset=utf-8')
    .send('Signon cannot read this address. Check it, or start from the dashboard.')

const readBodies = (server: Scope): void => {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      const text = strictText(body)
      const parameters = text === undefined ? undefined : parseUrlencoded(text)
      if (!parameters) throw new Invalid('The form has characters that Signon cannot read.')
      return parameters
    },
  )
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      const text = strictText(body)
      if (text === undefined || text.includes('\\u0000'))
        throw new Invalid('The body has characters that Signon cannot read.')
      try {
        return text.trim() === '' ? {} : JSON.parse(text)
      } catch {
        throw new Invalid('The body is not well-formed JSON.')
      }
    },
  )
}

const refuseMalformedQueries = (scope: Scope): void => {
  scope.addHook('onRequest', (request, _reply, done) => {
    const isMalformed = Object.hasOwn(request.query as object, malformed)
    done(isMalformed ? new Invalid('The address has characters that Signon cannot read.') : undefined)
  })
}

const machineScope = (scope: Scope, { signon, machines }: ServerOptions): void => {
  scope.setErrorHandler((error, request, reply) => {
    const { status, message } = noteFailure(error, request, reply)
    return reply
      .code(status)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      .send({ error: errorCode(status), error_description: message })
  })
  refuseMalformedQueries(scope)
  for (const routes of machines) routes(scope, signon)
}

const errorCode = (status: number): string =>
  status === 503 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request'

const pageScope = async (scope: Scope, options: ServerOptions, isSecure: boolean): Promise<void> => {
  const { signon, pages } = options
  const render = createRenderer()
  await scope.register(fastifyCookie)
  guardPages(scope, signon, browserOf(cookies(isSecure), signon.keys, signon.random))
  scope.decorateReply(
    'page',
    function (this: FastifyReply, page: Page, status = 200, formTargets: readonly string[] = []) {
      return this.code(status)
        .headers(pageHeaders(formTargets))
        .type('text/html; charset=utf-8')
        .send(render(page, surroundingsOf(this.request, options)))
    },
  )
  const showFailurePage = (reply: FastifyReply, failure: ShownFailure): FastifyReply =>
    reply.page(
      { template: 'layout/failure.njk', view: { ...failure, requestId: reply.request.id } },
      failure.status,
    )
  scope.setErrorHandler((error, request, reply) => showFailurePage(reply, noteFailure(error, request, reply)))
  scope.setNotFoundHandler((_request, reply) => showFailurePage(reply, notFound))
  refuseMalformedQueries(scope)
  for (const routes of pages) routes(scope, signon)
}

const notFound: ShownFailure = {
  status: 404,
  title: 'Page not found',
  message: 'If you typed the address, check that it is right. Or start again from the dashboard.',
}

const surroundingsOf = (
  request: FastifyRequest,
  { environment, anonymousUserIdSecret: secret }: ServerOptions,
) => ({
  environment,
  person: request.session ? { name: request.session.user.name } : null,
  anonymousUserId: request.session && secret ? anonymousUserId(request.session.user.uid, secret) : null,
  sections: request.session ? sectionsFor(request.session, pathOf(request)) : [],
  currentPath: pathOf(request),
  csrfToken: request.browser.csrfToken(request.session),
  flash: request.browser.takeFlash(),
})

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '/'
