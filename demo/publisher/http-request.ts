import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** How long connecting may take. */
  readonly openSeconds?: number
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly location: string | null
  readonly body: string
}

/** The other side could not be asked. `code` is the word the failure page shows. */
export class Unreachable extends Error {
  readonly code: 'timeout' | 'failed_to_connect'
  constructor(cause: unknown) {
    super(`Signon could not be reached: ${codeOf(cause) ?? cause}`, { cause })
    this.code = unknownName.includes(codeOf(cause)) ? 'failed_to_connect' : 'timeout'
  }
}

/**
 * One request on a connection of its own, with no header but the ones given. (Node's `fetch` adds headers of browsers, which
 * would hide a provider that wrongly needs them, and cannot limit the time to connect.)
 */
export const send = async (request: Request): Promise<Answer> => {
  try {
    const response = await exchange(request)
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      location: response.headers.location ?? null,
      body: await text(response),
    }
  } catch (error) {
    throw new Unreachable(error)
  }
}

const longestSilenceSeconds = 60

const exchange = ({ method, url, headers, body, openSeconds = 60 }: Request): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(url, { method, headers, agent: false })
    const opening = setTimeout(
      () => request.destroy(new Error('Connecting took too long')),
      openSeconds * 1000,
    )
    request.setTimeout(longestSilenceSeconds * 1000, () =>
      request.destroy(new Error('The answer took too long')),
    )
    request.once('socket', (socket) => socket.once('connect', () => clearTimeout(opening)))
    request.once('close', () => clearTimeout(opening))
    request.once('response', resolve)
    request.on('error', reject)
    request.end(body)
  })

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

const unknownName: readonly unknown[] = ['ENOTFOUND', 'EAI_AGAIN']
