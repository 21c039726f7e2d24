import { createHash } from 'node:crypto'

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

/** What every answer carries, whoever asked for it. */
export const securityHeaders = ({ isSecure }: SecurityOptions): Readonly<Record<string, string>> => ({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // Addresses of ours may carry a token, and nobody needs to know where somebody came from.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(isSecure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
})

const shared = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'browsing-topics=(), camera=(), geolocation=(), microphone=()',
  'x-robots-tag': 'noindex, nofollow, noimageindex',
} as const
const plainPage = { ...shared, 'content-security-policy': contentSecurityPolicy() }

/** What a page carries beside that. `formTargets` are origins that its forms may lead on to, beside Signon itself. */
export const pageHeaders = (formTargets: readonly string[]): Readonly<Record<string, string>> =>
  formTargets.length === 0
    ? plainPage
    : { ...shared, 'content-security-policy': contentSecurityPolicy(formTargets) }
