import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { second } from '#kernel/clock.ts'
import type { Scope } from '#web/routes.ts'
import type { Config } from './config.ts'
import { openHouse, refuseOldDatabase } from './house.ts'
import { createLogger } from './logger.ts'
import { serveMetrics } from './metrics.ts'
import { createWeb } from './server.ts'
import { untilStopped } from './stop.ts'

/** Serves pages and machine addresses until the process is told to stop; requests in flight are finished first. */
export const runWeb = async (config: Config): Promise<void> => {
  const stopped = untilStopped()
  const logger = createLogger(config.logLevel, 'web')
  const house = await openHouse(config, logger, (line) => logger.info(line))
  try {
    await refuseOldDatabase(house.db)
    const web = createWeb(house.signon, logger, config)
    await web.listen({ host: config.host, port: config.port })
    const metrics = await serveMetrics(house.signon, logger, config)
    logger.info({ url: config.publicUrl, host: config.host, port: config.port }, 'web is ready')
    await stopped
    await metrics.close()
    await close(web, logger)
  } finally {
    await house.close()
  }
}

/** Longer than any page takes, shorter than supervisors wait before they kill. */
const patienceMilliseconds = 20 * second

const close = async (web: Scope, logger: Logger): Promise<void> => {
  const waiting = new AbortController()
  const tooLong = pause(patienceMilliseconds, 'too long', { signal: waiting.signal }).catch(() => undefined)
  const closed = web.close().finally(() => waiting.abort())
  if ((await Promise.race([closed, tooLong])) !== 'too long') return
  logger.warn('requests that still run are cut off')
  web.server.closeAllConnections()
}
