/** What the log tells of an error of no known kind. */
interface ErrorFacts {
  readonly type: string
  readonly message: string
  /** Of the system, of a library or of PostgreSQL. */
  readonly code?: string
  /** The constraint of the database that was broken. */
  readonly constraint?: string
  /** Where it arose, without the message. */
  readonly stack?: readonly string[]
  readonly cause?: ErrorFacts
}

/**
 * An error for the log. Libraries put what they were given into its message, in double quotes, and into properties of
 * their own: rows, packets, whole addresses. None of that is written.
 */
export const errorFacts = (error: unknown): ErrorFacts => {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'Something was thrown that is no error' }
  const { name, message, stack, cause } = error
  const facts = { code: textOf(error, 'code'), constraint: textOf(error, 'constraint') }
  return {
    type: error.constructor.name || name,
    message: withoutQuotations(message),
    ...(facts.code !== undefined && { code: facts.code }),
    ...(facts.constraint !== undefined && { constraint: facts.constraint }),
    ...(stack !== undefined && { stack: framesOf(stack) }),
    ...(cause !== undefined && { cause: errorFacts(cause) }),
  }
}

const textOf = (error: Error, property: 'code' | 'constraint'): string | undefined => {
  const value: unknown = property in error ? Reflect.get(error, property) : undefined
  return typeof value === 'string' ? value : undefined
}

/** From the first quotation mark to the last: what is quoted may hold one itself. */
const withoutQuotations = (message: string): string => message.replace(/".*"/s, '"…"')

const framesOf = (stack: string): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
