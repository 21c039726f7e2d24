import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'

/** For the machines that watch over this process (`reference/background-and-operations.md` 13). */
export const healthRoutes: Routes = (scope, signon) => {
  scope.get(paths.live, { config: { access: 'open' } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('OK'),
  )

  scope.get(paths.ready, { config: { access: 'open' } }, async (request, reply) => {
    try {
      await signon.single.organisations.count()
      return { status: 'ok', checks: { database_connectivity: { status: 'ok' } } }
    } catch (error) {
      request.log.warn({ request: request.id, err: error }, 'not ready')
      const check = { status: 'critical', message: 'The database does not answer.' }
      return reply.code(500).send({ status: 'critical', checks: { database_connectivity: check } })
    }
  })
}
