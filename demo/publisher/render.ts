import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyReply } from 'fastify'
import nunjucks from 'nunjucks'
import type { Page } from './pages.ts'
import type { Person } from './state.ts'

/** Who looks at a page, and what they must be told once. */
export interface Viewer {
  readonly person: Person | null
  readonly csrfToken: string
  readonly notice: string | null
}

export type Render = (reply: FastifyReply, status: number, page: Page, viewer: Viewer) => FastifyReply

/** The folder of `govuk-frontend` with its templates, styles and pictures. */
export const govukFolder = join(
  dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')),
  'dist/govuk',
)

/** Pages for browsers that reach us and Signon, each under its public origin. */
export const pageRenderer = (signonUrl: string): Render => {
  const templates = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([join(import.meta.dirname, 'pages'), dirname(govukFolder)]),
    { autoescape: true, throwOnUndefined: true },
  )
  const signonOrigin = new URL(signonUrl).origin

  return (reply, status, page, viewer) => {
    const nonce = randomBytes(16).toString('base64')
    const html = templates.render(page.template, {
      ...page.view,
      title: page.title,
      navigation: navigationFor(viewer.person, page),
      csrfToken: viewer.csrfToken,
      notice: viewer.notice,
      cspNonce: nonce,
    })
    return reply
      .code(status)
      .header('Content-Security-Policy', policy(nonce, signonOrigin))
      .type('text/html; charset=utf-8')
      .send(html)
  }
}

const navigationFor = (person: Person | null, page: Page) =>
  person === null
    ? []
    : [
        { text: 'Documents', href: '/', active: page.section === 'documents' },
        { text: 'Your account', href: '/me', active: page.section === 'account' },
        { text: 'Sign out', href: '/auth/gds/sign_out' },
      ]

// Signon is among the form targets because browsers hold redirects to the same list, and a form sent after the session has
// ended is redirected to Signon.
const policy = (nonce: string, signonOrigin: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    `form-action 'self' ${signonOrigin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
