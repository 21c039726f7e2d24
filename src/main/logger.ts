import { type Logger, pino } from 'pino'

/** One JSON object a line, on standard output; secrets are kept out where they arise, and never come here. */
export const createLogger = (level: string, name: string): Logger =>
  pino({ level, name, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: false }))
