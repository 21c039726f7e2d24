import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A balancer as operators put it before web: process after process, and the next where one is not there. */
export interface Balancer {
  readonly url: string
  /** Begins to send requests to these ports. */
  serve(ports: readonly number[]): void
  stop(): Promise<void>
}

/** Starts the balancer. A request that a process has begun to answer is cut when that process dies, as a real one cuts it. */
export const startBalancer = async (): Promise<Balancer> => {
  let ports: readonly number[] = []
  let turn = 0
  const server = createServer((incoming, answer) => {
    buffer(incoming).then(
      (body) => {
        turn += 1
        const order = ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0)
        pass(order, incoming, body, answer)
      },
      () => answer.destroy(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (others) => {
      ports = others
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}

const pass = (
  [port, ...others]: readonly number[],
  incoming: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
): void => {
  if (port === undefined) return void answer.destroy()
  const { method = 'GET', url = '/', headers } = incoming
  const onward = request(
    { host: '127.0.0.1', port, method, path: url, headers, agent: false },
    (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.on('error', () => answer.destroy()).pipe(answer)
    },
  )
  onward.on('error', (error: NodeJS.ErrnoException) => {
    // Nothing was sent yet, so the next one may have it.
    if (error.code === 'ECONNREFUSED') pass(others, incoming, body, answer)
    else answer.destroy()
  })
  onward.end(body)
}
