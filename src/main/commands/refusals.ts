import { Failure } from '#kernel/failure.ts'
import { WrongUsage } from './command.ts'

/** Why a command did not do what it was asked, and the exit code that says so. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly exitCode: 1 | 2
  /** Of a fault of our own: where it arose. */
  readonly trace?: string
}

/** Anything thrown, in words for an operator. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof WrongUsage)
    return { code: 'usage', message: [error.message, error.hint].filter(Boolean).join(' '), exitCode: 2 }
  if (error instanceof Failure) return { code: error.code, message: wordsOf(error), exitCode: 1 }
  const known = trouble(error)
  if (known !== undefined) return { code: 'unavailable', message: known, exitCode: 1 }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  return {
    code: 'unexpected',
    message: `Signon failed: ${message}`,
    exitCode: 1,
    ...(stack && { trace: stack }),
  }
}

/** An operator is told the reason, too, that a page keeps to itself. */
const wordsOf = ({ code, message, detail }: Failure): string =>
  code === 'unavailable' && detail !== message ? `${message} (${detail})` : message

/** Trouble around Signon, by the code of the system or of PostgreSQL (its manual, appendix A). */
const trouble = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (/^(?:42P01|42703|42883|3F000)$/.test(error.code))
    return 'The database is not up to date. Run bin/signon migrate first.'
  if (/^(?:28|3D000|42501)/.test(error.code)) return `The database refuses: ${error.message}.`
  if (error.code === 'EADDRINUSE')
    return 'Another process listens on that port already. Set PORT to a free one.'
  if (error.code === 'EACCES') return `The system refuses: ${error.message}.`
  return undefined
}
