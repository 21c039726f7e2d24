import type { Config } from './config.ts'
import { openHouse } from './house.ts'
import { createLogger } from './logger.ts'
import { createWeb } from './server.ts'
import { untilStopped } from './stop.ts'

/** Serves pages and machine addresses until the process is told to stop; requests in flight are finished first. */
export const runWeb = async (config: Config): Promise<void> => {
  const stopped = untilStopped()
  const logger = createLogger(config.logLevel, 'web')
  const house = await openHouse(config, logger)
  try {
    const web = createWeb(house.signon, logger, config)
    await web.listen({ host: config.host, port: config.port })
    logger.info({ url: config.publicUrl, host: config.host, port: config.port }, 'web is ready')
    await stopped
    await web.close()
  } finally {
    await house.close()
  }
}
