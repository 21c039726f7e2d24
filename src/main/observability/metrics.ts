import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { scheduleIn } from '#domain/jobs.ts'
import { tokenExpiryMetric } from '#features/api-users/token-expiry-metric.ts'
import { reasonOf } from '#kernel/failure.ts'
import { type Metric, metricText } from '#kernel/metric-text.ts'
import type { Config } from '#main/config.ts'
import type { Connection } from '#store/connection.ts'
import type { Signon } from '#store/signon.ts'
import { processMetrics } from './process-metrics.ts'
import { queueMetrics } from './queue-metrics.ts'

const prometheus = 'text/plain; version=0.0.4; charset=utf-8'

/** What is measured, and by whom. */
export interface Measured {
  readonly signon: Signon
  readonly db: Connection
  /** Counts what this process does. */
  readonly meter: { metrics(): readonly Metric[] }
}

/**
 * Serves what Signon measures, as Prometheus reads it, on a port of its own. A port that is taken, by the other process
 * on the same machine, is a warning: nobody goes without sign-ins for want of metrics.
 */
export const serveMetrics = async (
  measured: Measured,
  logger: Logger,
  {
    host,
    metricsPort,
    environment,
    scheduleChanges,
  }: Pick<Config, 'host' | 'metricsPort' | 'environment' | 'scheduleChanges'>,
): Promise<{ readonly port: number | undefined; close(): Promise<void> }> => {
  const own = processMetrics(measured.db)
  const calendar = Object.keys(scheduleIn(environment, scheduleChanges))
  const server = createServer((request, response) => {
    if (request.method !== 'GET') return answer(response, 405, 'Only GET is answered here.')
    if (request.url === '/ping') return answer(response, 200, 'pong')
    if (request.url !== '/metrics') return answer(response, 404, 'There are /metrics and /ping.')
    storedMetrics(measured.signon, calendar, logger).then((stored) =>
      answer(
        response,
        200,
        metricText([...stored, ...measured.meter.metrics(), ...own.metrics()]),
        prometheus,
      ),
    )
  })
  const isListening = await listen(server, host, metricsPort).catch((error: unknown) => {
    logger.warn({ port: metricsPort, reason: String(error) }, 'metrics are not served')
    return false
  })
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : undefined,
    async close() {
      own.stop()
      if (isListening) await close(server)
    },
  }
}

/** What the database tells. While it is away the process still tells of itself, and that the database is away. */
const storedMetrics = async (
  signon: Signon,
  calendar: readonly string[],
  logger: Logger,
): Promise<readonly Metric[]> => {
  try {
    const [expiry, queue] = await Promise.all([tokenExpiryMetric(signon), queueMetrics(signon, calendar)])
    return [expiry, ...queue, databaseUp(1)]
  } catch (error) {
    logger.warn({ reason: reasonOf(error) }, 'the database cannot be measured')
    return [databaseUp(0)]
  }
}

const databaseUp = (value: 0 | 1): Metric => ({
  name: 'signon_database_up',
  about: 'Whether the database answers: 1 or 0.',
  kind: 'gauge',
  series: [{ labels: {}, value }],
})

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
