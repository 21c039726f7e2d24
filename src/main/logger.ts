import { type Logger, pino } from 'pino'

/** One JSON object a line, on standard output or in a file; secrets are kept out where they arise, and never come here. */
export const createLogger = (level: string, name: string, file?: string): Logger =>
  pino(
    { level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime },
    // Many lines in one write, and none later than a second after it was made.
    pino.destination({ dest: file ?? 1, sync: false, minLength: 16_000, periodicFlush: 1000 }),
  )
