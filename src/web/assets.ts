import { pipeline, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGzip } from 'node:zlib'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { paths } from './paths.ts'

const govuk = new URL('.', import.meta.resolve('govuk-frontend'))
const zxcvbn = new URL('../../', import.meta.resolve('@zxcvbn-ts/core'))
const domain = new URL('.', import.meta.resolve('#domain/password-strength.js'))
const roots = [new URL('./assets/', import.meta.url), new URL('./assets/', govuk), govuk, zxcvbn, domain].map(
  (url) => fileURLToPath(url),
)

// Of other folders only what pages use: style sheet, script, fonts and images; zxcvbn, and the rule that we make of it.
const served =
  /^\/(?:govuk-frontend\.min\.(?:css|js)|signon\.(?:css|js)|manifest\.json|images\/[^/]+|fonts\/[^/]+|(?:core|language-common|language-en)\/dist\/zxcvbn-ts\.js|(?:copy|filter-options|new-password|passkeys|password-strength|progress|selection)\.js)$/

/** Styles, scripts, fonts and images, ready-made. */
export const serveAssets = (server: FastifyInstance): void => {
  server.register(
    async (scope) => {
      scope.setNotFoundHandler((_request, reply) =>
        reply.code(404).type('text/plain; charset=utf-8').send('Not found'),
      )
      scope.addHook('onSend', compress)
      await scope.register(fastifyStatic, {
        root: roots,
        maxAge: '1d',
        index: false,
        decorateReply: false,
        allowedPath: (path) => served.test(path),
      })
    },
    { prefix: paths.assets },
  )
}

const compressible = /^text\/|\bjavascript\b|\bjson\b/

/**
 * Word lists of more than a megabyte are among them, and not every Signon stands behind a proxy that compresses. Pages
 * are not compressed, here or by a proxy: they hold what an address asked for beside a token and people's names, and
 * how short they become would tell how alike these are (BREACH).
 */
const compress = async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
  if (!compressible.test(String(reply.getHeader('content-type')))) return payload
  reply.header('vary', 'accept-encoding')
  const accepts = /\bgzip\b/.test(String(request.headers['accept-encoding']))
  if (!accepts || reply.statusCode !== 200 || !(payload instanceof Readable)) return payload
  reply.removeHeader('content-length').header('content-encoding', 'gzip')
  // An error of the file reaches the reply by destroying its stream.
  return pipeline(payload, createGzip(), () => undefined)
}
