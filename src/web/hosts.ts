import type { FastifyInstance } from 'fastify'

/** The names that applications may know Signon by, whatever it calls itself. */
const ofGovernment = /^signon\.(?:[a-z\d-]+\.)+gov\.uk$/

/**
 * Refuses requests that are meant for another host than Signon's own or its like in government, but for those of machines
 * that look whether we live, which know a process by its address (`reference/background-and-operations.md` 17.3).
 */
export const refuseOtherHosts = (server: Pick<FastifyInstance, 'addHook'>, publicUrl: string): void => {
  const { host, protocol, port, origin } = new URL(publicUrl)
  const withPort = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host
  server.addHook('onRequest', (request, reply, done) => {
    const given = request.headers.host
    if (given === host || request.routeOptions.url?.startsWith('/healthcheck/')) return done()
    // Programs may write it in capitals, or with the port that goes without saying.
    const plain = given?.toLowerCase() ?? ''
    if (plain === host || plain === withPort || ofGovernment.test(plain)) return done()
    reply
      .code(403)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(`Signon is not served at this address. Use ${origin}`)
  })
}
