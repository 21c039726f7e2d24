import { Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { second } from '#kernel/clock.ts'
import type { Scope } from '#web/routes.ts'
import type { Config } from './config.ts'
import { openHouse, refuseOldDatabase } from './house.ts'
import { listen } from './listen.ts'
import { createLogger } from './observability/logger.ts'
import { serveMetrics } from './observability/metrics.ts'
import { requestMeter } from './observability/request-meter.ts'
import { openTracer } from './observability/tracer.ts'
import { requestWatch } from './observability/watch-requests.ts'
import { createWeb } from './server.ts'
import { untilStopped } from './stop.ts'

/**
 * Serves pages and machine addresses until the process is told to stop. Then it says at `/healthcheck/ready` that it is
 * not ready, goes on for as long as a balancer takes to notice, stops listening, and finishes what is in flight.
 */
export const runWeb = async (config: Config): Promise<void> => {
  const stopped = untilStopped()
  const logger = createLogger(config.logLevel, 'web')
  const tracer = await openTracer(config, logger)
  const house = await openHouse(config, logger, (line) => logger.info(line))
  try {
    await refuseOldDatabase(house.db)
    const meter = requestMeter()
    const stopping = new AbortController()
    const watch = requestWatch(meter, tracer)
    const web = createWeb(house.signon, logger, {
      ...config,
      // Where people develop and test, Signon has many names.
      refusesOtherHosts: !['development', 'test'].includes(config.environment),
      watch,
      stopping: stopping.signal,
    })
    await listen(web, config)
    const metrics = await serveMetrics({ ...house, meter }, logger, config)
    logger.info({ url: config.publicUrl, host: config.host, port: config.port }, 'web is ready')
    await stopped
    stopping.abort()
    endConnectionsWithAnswers(web)
    await pause(config.drainSeconds * second)
    await metrics.close()
    await close(web, logger)
  } finally {
    await house.close()
    await tracer?.close()
  }
}

// A form on a connection that is closed just then is lost, because no proxy sends it again.
const endConnectionsWithAnswers = (web: Scope): void => {
  web.server.prependListener('request', (_request, answer) => answer.setHeader('connection', 'close'))
}

/** Longer than any page takes, shorter than supervisors wait before they kill. */
const patienceMilliseconds = 20 * second

const close = async (web: Scope, logger: Logger): Promise<void> => {
  // The close of an HTTP server would also cut off the connections on which a request is just arriving.
  const closed = new Promise((resolve) => Server.prototype.close.call(web.server, resolve))
  // Connections that nobody uses would otherwise be waited for.
  const tidying = setInterval(() => web.server.closeIdleConnections(), 0.5 * second)
  const waiting = new AbortController()
  const tooLong = pause(patienceMilliseconds, 'too long', { signal: waiting.signal }).catch(() => undefined)
  if ((await Promise.race([closed, tooLong])) === 'too long') {
    logger.warn('requests that still run are cut off')
    web.server.closeAllConnections()
  }
  waiting.abort()
  clearInterval(tidying)
  await web.close()
}
