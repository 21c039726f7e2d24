import { connect } from 'node:net'

/** One answer of a server; the body is made into text only when somebody asks for it. */
export interface Answer {
  readonly status: number
  readonly head: string
  body(): string
}

/** A kept-alive connection that has one request under way at a time. */
export interface Wire {
  send(request: string): Promise<Answer>
  close(): void
}

/**
 * The smallest HTTP/1.1 client that reads what our servers send: on a machine with two cores whatever the client
 * spends is lost to the server, so this one parses nothing but the status, the length and, on demand, the rest.
 */
export const openWire = (port: number): Promise<Wire> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    let received: Buffer = nothing
    let waiting: { answer(answer: Answer): void; fail(error: Error): void } | undefined

    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const answer = readAnswer(received)
      if (!answer) return
      received = nothing
      const done = waiting
      waiting = undefined
      done?.answer(answer)
    })
    const fail = (error: Error): void => {
      waiting?.fail(error)
      waiting = undefined
      reject(error)
    }
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('The server closed the connection.')))
    socket.on('connect', () =>
      resolve({
        send: (request) =>
          new Promise<Answer>((answer, refuse) => {
            waiting = { answer, fail: refuse }
            socket.write(request, 'latin1')
          }),
        close: () => socket.destroy(),
      }),
    )
  })

const nothing = Buffer.alloc(0)
const lastChunk = Buffer.from('0\r\n\r\n')

/** The answer in `bytes`, once all of it is there. */
const readAnswer = (bytes: Buffer): Answer | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  const isChunked = length === undefined && /\r\ntransfer-encoding: chunked/i.test(head)
  const isWhole = isChunked
    ? bytes.subarray(-lastChunk.length).equals(lastChunk)
    : bytes.length >= end + 4 + Number(length ?? 0)
  if (!isWhole) return undefined
  return { status: Number(head.slice(9, 12)), head, body: () => bytes.toString('utf8', end + 4) }
}

/** The value of a header, or the empty string. */
export const headerOf = ({ head }: Answer, name: string): string =>
  new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1] ?? ''

/** A request as it goes over the wire. */
export const requestText = (
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string => {
  const all = { host: 'signon.example', 'user-agent': 'gds-sso/20', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const form = `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}${method === 'POST' ? form : ''}\r\n${body}`
}
