import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** Where a request comes from, as far as we believe it. */
export interface Origin {
  readonly address?: string
  readonly userAgent?: string
}

/**
 * The caller's address behind the proxies that we trust, and its user agent. A header that holds no address counts
 * for nothing: then it is the address of the connection itself.
 */
export const originOf = (request: FastifyRequest): Origin => {
  const address = plainAddress(request.ip) ?? plainAddress(request.socket.remoteAddress)
  const userAgent = request.headers['user-agent']
  return { ...(address !== undefined && { address }), ...(userAgent !== undefined && { userAgent }) }
}

// IPv4 inside IPv6 (::ffff:192.0.2.1) is shown as what it is; a zone (%eth0) means nothing elsewhere.
const plainAddress = (text: string | undefined): string | undefined => {
  const plain = text?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return plain !== undefined && isIP(plain) !== 0 ? plain : undefined
}
