import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { tokenExpiryMetric } from '#features/api-users/token-expiry-metric.ts'
import type { Signon } from '#store/signon.ts'
import type { Config } from './config.ts'

const prometheus = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Serves what Signon measures, as Prometheus reads it, on a port of its own. A port that is taken, by the other process
 * on the same machine, is a warning: nobody goes without sign-ins for want of metrics.
 */
export const serveMetrics = async (
  signon: Signon,
  logger: Logger,
  { host, metricsPort }: Pick<Config, 'host' | 'metricsPort'>,
): Promise<{ readonly port: number | undefined; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET') return answer(response, 405, 'Only GET is answered here.')
    if (request.url === '/ping') return answer(response, 200, 'pong')
    if (request.url !== '/metrics') return answer(response, 404, 'There are /metrics and /ping.')
    tokenExpiryMetric(signon).then(
      (text) => answer(response, 200, text, prometheus),
      (error: unknown) => {
        logger.warn({ reason: String(error) }, 'metrics could not be read')
        answer(response, 503, 'Signon cannot be measured now.')
      },
    )
  })
  const isListening = await listen(server, host, metricsPort).catch((error: unknown) => {
    logger.warn({ port: metricsPort, reason: String(error) }, 'metrics are not served')
    return false
  })
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : undefined,
    close: () => (isListening ? close(server) : Promise.resolve()),
  }
}

const answer = (
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
) => {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
}

const listen = (server: Server, host: string, port: number): Promise<true> =>
  new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen({ host, port }, () => resolve(true))
  })

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
