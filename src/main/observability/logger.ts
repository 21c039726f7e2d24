import { type Logger, type LoggerOptions, pino } from 'pino'
import { errorFacts } from './error-facts.ts'

/** How every line of the log is written (`reference/background-and-operations.md` 16). */
export const logFormat = {
  timestamp: () => `,"@timestamp":"${timeOf()}"`,
  formatters: { level: (label: string) => ({ level: label }) },
  serializers: { err: errorFacts },
} as const satisfies LoggerOptions

const timeOf = (): string => pino.stdTimeFunctions.isoTime().slice(9, -1)

/** One JSON object a line, on standard output or in a file; secrets are kept out where they arise, and never come here. */
export const createLogger = (level: string, name: string, file?: string): Logger =>
  pino(
    { ...logFormat, level, base: { name } },
    // Many lines in one write, and none later than a second after it was made.
    pino.destination({ dest: file ?? 1, sync: false, minLength: 16_000, periodicFlush: 1000 }),
  )

/** Only what went wrong, at once and on standard error: for commands, whose standard output is for the answer. */
export const createErrorLogger = (name: string): Logger =>
  pino({ ...logFormat, level: 'error', base: { name } }, pino.destination({ dest: 2, sync: true }))
