import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { govukFolder } from './render.ts'

/** Styles, scripts and pictures, ready-made from `govuk-frontend`, and headers for every answer. */
export const assetRoutes = (server: FastifyInstance): void => {
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    })
  })
  server.register(staticFiles, {
    root: join(govukFolder, 'assets'),
    prefix: '/assets/',
    maxAge: '1h',
  })
  for (const file of ['govuk-frontend.min.css', 'govuk-frontend.min.js'])
    server.get(`/assets/${file}`, (_request, reply) => reply.sendFile(file, govukFolder))
  server.get('/assets/start.js', (_request, reply) =>
    reply.header('Cache-Control', cacheable).type('text/javascript; charset=utf-8').send(startScript),
  )
}

const cacheable = 'public, max-age=3600'

const startScript = "import { initAll } from './govuk-frontend.min.js'\n\ninitAll()\n"
