import type { Logger } from 'pino'
import type { Config } from '#main/config.ts'
import type { Tracer } from './traces.ts'

/** What makes traces, where they are asked for; its library is loaded only then. */
export const openTracer = async (
  config: Pick<Config, 'traces'>,
  logger: Logger,
): Promise<Tracer | undefined> => {
  if (!config.traces) return undefined
  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry(config.traces, logger)
}
