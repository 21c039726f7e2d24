import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Failure, type FailureCode, TooManyAttempts } from '#kernel/failure.ts'

/** What somebody sees of a failure: a status, a heading, and what to do next. */
export interface ShownFailure {
  readonly status: number
  readonly title: string
  readonly message: string
}

const shown = {
  forbidden: { status: 403, title: 'You do not have permission' },
  'not-found': { status: 404, title: 'Page not found' },
  conflict: { status: 409, title: 'This cannot be done now' },
  invalid: { status: 400, title: 'There is a problem with this request' },
  'stale-form': { status: 422, title: 'This form is out of date' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  unavailable: { status: 503, title: 'Sorry, the service is unavailable' },
} as const satisfies Record<FailureCode, Omit<ShownFailure, 'message'>>

/** Headings for refusals that the HTTP server makes by itself, before a route sees the request. */
const refused: Readonly<Record<number, ShownFailure>> = {
  413: {
    status: 413,
    title: 'This is too large',
    message: 'What you sent is larger than Signon takes. Send less and try again.',
  },
  414: {
    status: 414,
    title: 'This address is too long',
    message: 'Check the address, or start again from the dashboard.',
  },
  415: { status: 415, title: 'Signon cannot read this', message: 'Send a form, or JSON.' },
}

const badRequest = 'The request has parameters that Signon does not understand. Go back and try again.'
const broken = 'Sorry, there is a problem with Signon. Try again later.'

/** The one table from anything thrown to what is shown. Only what we throw ourselves shows its own words. */
const showFailure = (error: unknown): ShownFailure => {
  if (error instanceof Failure) return { ...shown[error.code], message: error.message }
  const status = statusOf(error)
  if (status === undefined || status >= 500)
    return { status: 500, title: 'Sorry, there is a problem with the service', message: broken }
  return refused[status] ?? { status, title: shown.invalid.title, message: badRequest }
}

const statusOf = (error: unknown): number | undefined => {
  const status = error instanceof Error ? (error as Partial<FastifyError>).statusCode : undefined
  return status !== undefined && status >= 400 && status < 600 ? status : undefined
}

/** Logs a failure as loud as it deserves, and sets the headers that belong to it. */
export const noteFailure = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): ShownFailure => {
  const failure = showFailure(thrown)
  if (failure.status === 500)
    request.log.error({ govuk_request_id: request.id, err: thrown }, 'unexpected failure')
  else
    request.log.info(
      { govuk_request_id: request.id, status: failure.status, detail: detailOf(thrown) },
      'refused',
    )
  if (thrown instanceof TooManyAttempts) reply.header('retry-after', String(thrown.retryAfterSeconds))
  if (failure.status === 503) reply.header('retry-after', '5')
  return failure
}

const detailOf = (error: unknown): string => {
  if (error instanceof Failure) return error.detail
  return error instanceof Error ? error.message : 'unknown'
}
