import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { PermissionMissing, StaleForm } from './failures.ts'
import type { Page } from './pages.ts'
import { holds } from './people.ts'
import { isSameSecret } from './secrets.ts'
import { type Session, uidIn } from './sessions.ts'
import type { Person } from './state.ts'

/** One request of somebody who is signed in. */
export interface Visit {
  readonly person: Person
  readonly form: URLSearchParams
  readonly parameter: (name: string) => string
  readonly show: (page: Page, status?: number) => FastifyReply
  /** Leads on after a form, with something to tell on arrival. */
  readonly goTo: (path: string, notice: string) => FastifyReply
}

type Handler = (visit: Visit) => FastifyReply | Promise<FastifyReply>

/** Makes route handlers that only people who are signed in, and hold the permission if one is named, come through to. */
export const visitsTo =
  (app: App) =>
  (handle: Handler, permission?: string) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const session = app.sessions.of(request)
    const person = signedInPerson(app, session)
    if (session === null || person === null) return sendToSignIn(app, session, request, reply)
    const form = formOf(request)
    if (request.method === 'POST') refuseStaleForm(form, session)
    if (permission !== undefined && !holds(person, permission)) throw new PermissionMissing(permission)
    return handle(visitOf(app, session, person, form, request, reply))
  }

/** Who the session belongs to, unless it is too old or Signon has asked for them to authenticate again. */
export const signedInPerson = (app: App, session: Session | null): Person | null => {
  const uid = session === null ? null : uidIn(session, app.now())
  const person = uid === null ? null : app.people.seek(uid)
  return person === null || person.remotelySignedOut ? null : person
}

const longestPathBytes = 2048

const sendToSignIn = (app: App, session: Session | null, request: FastifyRequest, reply: FastifyReply) => {
  const isOurs = /^\/(?![/\\])/.test(request.url)
  const canReturn = request.method === 'GET' && isOurs && Buffer.byteLength(request.url) <= longestPathBytes
  const returnTo = canReturn ? request.url : null
  if (session === null) app.sessions.open(null, { returnTo }, reply)
  else app.sessions.change(session, { returnTo })
  return reply.redirect('/auth/gds', 302)
}

const formOf = (request: FastifyRequest) =>
  request.body instanceof URLSearchParams ? request.body : new URLSearchParams()

const refuseStaleForm = (form: URLSearchParams, session: Session) => {
  if (!isSameSecret(form.get('_csrf') ?? '', session.csrfToken)) throw new StaleForm()
}

const visitOf = (
  app: App,
  session: Session,
  person: Person,
  form: URLSearchParams,
  request: FastifyRequest,
  reply: FastifyReply,
): Visit => ({
  person,
  form,
  parameter: (name) => String(Object(request.params)[name]),
  show: (page, status = 200) => {
    const { csrfToken, notice } = session
    if (notice !== null) app.sessions.change(session, { notice: null })
    return app.render(reply, status, page, { person, csrfToken, notice })
  },
  goTo: (path, notice) => {
    app.sessions.change(session, { notice })
    return reply.redirect(path, 303)
  },
})
