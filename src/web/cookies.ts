import type { FastifyReply, FastifyRequest } from 'fastify'
import { rememberedSeconds } from '#domain/two-step.ts'

export type CookieName = 'session' | 'visitor' | 'return' | 'flash' | 'application' | 'browser'

/** Signon's own cookies, bound to this very host over https (RFC 6265bis §4.1.3.2). */
export interface Cookies {
  read(request: FastifyRequest, name: CookieName): string | undefined
  /** Kept until the browser is closed, unless it has a lifetime of its own. */
  write(reply: FastifyReply, name: CookieName, value: string): void
  clear(reply: FastifyReply, name: CookieName): void
}

/** How long cookies are kept that outlive the browser's window, in seconds. */
const lifetimes: Partial<Record<CookieName, number>> = { browser: rememberedSeconds }

/** What the names of our cookies begin with. */
export const cookiePrefix = (isSecure: boolean): string => `${isSecure ? '__Host-' : ''}signon_`

/** The cookies of a service that is reached over https, or (for a demonstration on one machine) over http. */
export const cookies = (isSecure: boolean): Cookies => {
  const fullName = (name: CookieName): string => `${cookiePrefix(isSecure)}${name}`
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  return {
    read: (request, name) => request.cookies[fullName(name)],
    write(reply, name, value) {
      const maxAge = lifetimes[name]
      reply.setCookie(fullName(name), value, maxAge === undefined ? attributes : { ...attributes, maxAge })
    },
    clear: (reply, name) => void reply.clearCookie(fullName(name), attributes),
  }
}
