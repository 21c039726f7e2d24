import fastify from 'fastify'
import { apiRoutes } from './api.ts'
import type { App } from './app.ts'
import { assetRoutes } from './assets.ts'
import { documentRoutes } from './document-routes.ts'
import { documentsIn } from './documents.ts'
import { failurePages } from './failure-pages.ts'
import { peopleIn } from './people.ts'
import { pageRenderer } from './render.ts'
import { seedDocuments } from './seeds.ts'
import { newSessions } from './sessions.ts'
import { signInRoutes } from './sign-in.ts'
import { signonAt } from './signon.ts'
import { openState } from './state.ts'

export interface PublisherOptions {
  /** Signon's origin, as browsers see it. */
  readonly signonUrl: string
  /** Signon's origin, as this server reaches it; the same when absent. */
  readonly signonInternalUrl?: string
  /** Our own origin, as browsers see it: `http://localhost:3100`. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly clientId: string
  readonly clientSecret: string
  /** Where documents and people outlive a restart, as JSON; only in memory when absent. */
  readonly stateFile?: string
  readonly now?: () => Date
  /** Told, a line each, of sign-ins and requests that failed; nobody is when absent. */
  readonly log?: (message: string) => void
}

export interface Publisher {
  readonly url: string
  close(): Promise<void>
}

/** A small publishing application that signs people in through Signon as one on the Ruby library gds-sso 22.3.0 does. */
export const startPublisher = async (options: PublisherOptions): Promise<Publisher> => {
  const app = await newApp(options)
  const server = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 500 } })
  // Forms become their fields; all else stays text, for the route that wants it to read.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
  failurePages(server, app)
  assetRoutes(server)
  signInRoutes(server, app)
  apiRoutes(server, app)
  documentRoutes(server, app)
  await server.listen({ host: options.host, port: options.port })
  return { url: app.url, close: () => server.close() }
}

const newApp = async (options: PublisherOptions): Promise<App> => {
  const { clientId, clientSecret, now = () => new Date(), log = () => {} } = options
  const url = withoutSlash(options.url)
  const browserUrl = withoutSlash(options.signonUrl)
  const state = await openState(options.stateFile, seedDocuments)
  return {
    url,
    now,
    log,
    signon: signonAt({
      browserUrl,
      internalUrl: withoutSlash(options.signonInternalUrl ?? options.signonUrl),
      clientId,
      clientSecret,
      log,
    }),
    people: peopleIn(state),
    documents: documentsIn(state, now),
    sessions: newSessions(url.startsWith('https:')),
    render: pageRenderer(browserUrl),
  }
}

const withoutSlash = (url: string) => url.replace(/\/$/, '')
