import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { paths } from './paths.ts'

const govuk = new URL('.', import.meta.resolve('govuk-frontend'))
const roots = [new URL('./assets/', import.meta.url), new URL('./assets/', govuk), govuk].map((url) =>
  fileURLToPath(url),
)

// Of the package's own folder only what pages use: its style sheet, its script, fonts and images.
const served =
  /^\/(?:govuk-frontend\.min\.(?:css|js)|signon\.(?:css|js)|manifest\.json|images\/[^/]+|fonts\/[^/]+)$/

/** Styles, scripts, fonts and images, ready-made. */
export const serveAssets = (server: FastifyInstance): void => {
  server.register(
    async (scope) => {
      scope.setNotFoundHandler((_request, reply) =>
        reply.code(404).type('text/plain; charset=utf-8').send('Not found'),
      )
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
