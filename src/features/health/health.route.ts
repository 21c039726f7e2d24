import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'

/** One check of `/healthcheck/ready`. */
interface Check {
  readonly status: 'ok' | 'critical'
  readonly message?: string
}

/**
 * For the machines that watch over this process (`reference/background-and-operations.md` 13). One that is `stopping`
 * still lives, and still answers, but is not ready: whoever balances sends new requests elsewhere.
 */
export const healthRoutes =
  (stopping?: AbortSignal): Routes =>
  (scope, signon) => {
    scope.get(paths.live, { config: { access: 'open' } }, async (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('OK'),
    )

    scope.get(paths.ready, { config: { access: 'open' } }, async (request, reply) => {
      const database = await signon.single.organisations.count().then(
        (): Check => ({ status: 'ok' }),
        (error: unknown): Check => {
          request.log.warn({ govuk_request_id: request.id, err: error }, 'not ready')
          return { status: 'critical', message: 'The database does not answer.' }
        },
      )
      const checks: Readonly<Record<string, Check>> = {
        database_connectivity: database,
        ...(stopping?.aborted && {
          accepting_requests: { status: 'critical', message: 'This process is stopping.' },
        }),
      }
      const status = Object.values(checks).some((check) => check.status === 'critical') ? 'critical' : 'ok'
      return reply
        .code(status === 'ok' ? 200 : 500)
        .header('cache-control', 'no-store')
        .send({ status, checks })
    })
  }
