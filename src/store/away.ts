import { DatabaseError } from 'pg'
import { Unavailable } from '#kernel/failure.ts'

// Class 08: connection; 57P: the server is stopping or starting; 53300: no connection left; 25006: it is read only now;
// 40P01 and 40001: another transaction came in between; 55P03 and 57014: something else holds it for too long.
const away = /^(?:08|57P0|53300|25006|40P01|40001|55P03|57014)/
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
])

/** Does this error say that the database cannot be reached just now? Then the same request may work later. */
const isDatabaseAway = (error: unknown): boolean => {
  if (error instanceof DatabaseError) return away.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)) return true
  return /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/.test(
    error.message,
  )
}

/** Throws `error`, as `Unavailable` where it means that the database is away. */
export const throwAsFailure = (error: unknown): never => {
  throw isDatabaseAway(error)
    ? new Unavailable('Signon cannot reach its database just now. Try again in a moment.', String(error))
    : error
}
