import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One span, as far as tests look at it. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly { readonly key: string; readonly value: object }[]
  readonly status: { readonly code: number; readonly message?: string }
}

export interface Collector {
  readonly url: string
  /** What was sent, word by word. */
  readonly bodies: readonly string[]
  spans(): readonly CollectedSpan[]
  stop(): Promise<void>
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[]
  }[]
}

const hex = /^[\da-f]+$/

/** A collector that takes traces by OTLP over HTTP as JSON, and refuses what is none. */
export const startCollector = async (): Promise<Collector> => {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const isRight =
      request.method === 'POST' &&
      request.url === '/v1/traces' &&
      request.headers['content-type'] === 'application/json' &&
      spansOf(body).every(({ traceId, spanId }) => hex.test(traceId) && hex.test(spanId))
    if (isRight) bodies.push(body)
    response.writeHead(isRight ? 200 : 400, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () => bodies.flatMap(spansOf),
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}

const spansOf = (body: string): readonly CollectedSpan[] =>
  (JSON.parse(body) as Exported).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  )
