import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to the database on which statements are counted as they pass. */
export interface CountingWay {
  readonly url: string
  /** Statements that have passed so far: each simple query, and each execution of a prepared one. */
  count(): number
  close(): Promise<void>
}

/** Listens on 127.0.0.1 and passes everything on to the server at `databaseUrl`, which is reached by its socket. */
export const openCountingWay = async (databaseUrl: string): Promise<CountingWay> => {
  const target = new URL(databaseUrl)
  const path = `${target.searchParams.get('host')}/.s.PGSQL.${target.port || 5432}`
  const sockets = new Set<Socket>()
  let statements = 0

  const server = createServer((client) => {
    const database = connect({ path })
    const watch = watcher((kind) => {
      if (kind === simpleQuery || kind === execute) statements += 1
    })
    client.on('data', watch)
    client.pipe(database).pipe(client)
    for (const socket of [client, database]) {
      sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(databaseUrl)
  url.search = ''
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  return {
    url: url.toString(),
    count: () => statements,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const simpleQuery = 'Q'.charCodeAt(0)
const execute = 'E'.charCodeAt(0)

/**
 * Reads the messages of a client: one byte for the kind and four for the length of the rest, but for the first
 * message, which has no kind (PostgreSQL documentation, "Message Formats").
 */
const watcher = (seen: (kind: number) => void): ((chunk: Buffer) => void) => {
  let held = Buffer.alloc(0)
  let isFirst = true
  return (chunk) => {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const kindBytes = isFirst ? 0 : 1
      if (held.length < kindBytes + 4) return
      const length = kindBytes + held.readUInt32BE(kindBytes)
      if (held.length < length) return
      if (!isFirst) seen(held[0] ?? 0)
      isFirst = false
      held = held.subarray(length)
    }
  }
}
