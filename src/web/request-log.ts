import type { IncomingHttpHeaders } from 'node:http'
import type { Request, Scope } from './routes.ts'

/**
 * The id under which everything that follows from a request is logged: the proxy's, where it has the shape of one
 * (`reference/background-and-operations.md` 16), or else nothing.
 */
export const givenRequestId = (headers: IncomingHttpHeaders): string | undefined => {
  const given = headers['govuk-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,80}$/.test(given) ? given : undefined
}

/** Logs a line for each request that was answered, but for those of machines that look whether we live. */
export const logRequests = (server: Scope): void => {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url
    if (!route?.startsWith('/healthcheck/'))
      request.log.info(
        {
          govuk_request_id: request.id,
          method: request.method,
          path: pathFor(request, route),
          route,
          status: reply.statusCode,
          duration: Math.round(reply.elapsedTime),
        },
        'request',
      )
    done()
  })
}

/** The path without its query, which carries codes and tokens; a route that takes nothing from its path is its path. */
const pathFor = (request: Request, route: string | undefined): string =>
  route !== undefined && !/[:*]/.test(route) ? route : plainPath(request.url)

// What people and programs mistype may be a token, too.
const plainPath = (url: string): string =>
  (url.split(/[?#;]/, 1)[0] ?? '')
    .split('/')
    .map((part) => (plain.test(part) ? part : '…'))
    .join('/')

/** An id, a uuid, or words. */
const plain = /^(?:\d{1,9}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?:[a-z]{1,24}[-_.])*[a-z]{0,24})$/
