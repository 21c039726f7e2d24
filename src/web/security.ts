import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

export interface SecurityOptions {
  /** Is Signon reached over https? */
  readonly isSecure: boolean
}

// The one inline script of the GOV.UK template, which marks that the browser runs scripts.
const templateScript =
  "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');"
const templateScriptHash = createHash('sha256').update(templateScript).digest('base64')

/** The policy of a page. `formTargets` are origins that its forms may lead on to, beside Signon itself. */
const contentSecurityPolicy = (formTargets: readonly string[] = []): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'sha256-${templateScriptHash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "connect-src 'self'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

const pagePolicy = contentSecurityPolicy()

/** What every answer carries, pages and JSON alike. */
export const securityHeaders = ({ isSecure }: SecurityOptions): Readonly<Record<string, string>> => ({
  'content-security-policy': pagePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'browsing-topics=(), camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow, noimageindex',
  ...(isSecure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
})

/** Lets the forms of the page that is about to be sent lead on to these origins. */
export const allowFormTargets = (reply: FastifyReply, origins: readonly string[]): void => {
  reply.header('content-security-policy', contentSecurityPolicy(origins))
}
