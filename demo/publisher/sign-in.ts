import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { Unreachable } from './http-request.ts'
import { messagePage } from './pages.ts'
import { isSameSecret, newState, newVerifier } from './secrets.ts'
import type { Session } from './sessions.ts'
import { RefusedBySignon } from './signon.ts'

export const signInRoutes = (server: FastifyInstance, app: App): void => {
  server.route({
    method: ['GET', 'POST'],
    url: '/auth/gds',
    handler: (request, reply) => start(app, request, reply),
  })
  server.get('/auth/gds/callback', (request, reply) => finish(app, request, reply))
  server.get('/auth/failure', (_request, reply) => showFailure(app, reply))
  server.get('/auth/gds/sign_out', (request, reply) => signOut(app, request, reply))
}

const start = (app: App, request: FastifyRequest, reply: FastifyReply) => {
  const attempt = { state: newState(), verifier: newVerifier() }
  const session = app.sessions.of(request)
  if (session === null) app.sessions.open(null, { attempt }, reply)
  else app.sessions.change(session, { attempt })
  return reply.redirect(app.signon.authorizeUrl({ ...attempt, redirectUri: callbackUrl(app, request) }), 302)
}

const finish = async (app: App, request: FastifyRequest, reply: FastifyReply) => {
  const session = app.sessions.of(request)
  const attempt = session?.attempt ?? null
  const query = new URLSearchParams(queryOf(request))
  // A state serves once, whatever comes of it.
  if (session !== null) app.sessions.change(session, { attempt: null })

  if (attempt === null || !isSameSecret(query.get('state') ?? '', attempt.state))
    return fail(reply, 'csrf_detected')
  const error = query.get('error_reason') ?? query.get('error')
  if (error !== null) return fail(reply, error)
  try {
    const token = await app.signon.redeem(
      query.get('code') ?? '',
      callbackUrl(app, request),
      attempt.verifier,
    )
    const profile = await app.signon.profile(token)
    await app.people.welcome(profile)
    return welcome(app, session, profile.uid, reply)
  } catch (trouble) {
    const code = failureCode(trouble)
    if (code === null) throw trouble
    app.log(`Sign-in failed with ${code}: ${trouble}`)
    return fail(reply, code)
  }
}

// A new session id, so that one known before sign-in is worth nothing after.
const welcome = (app: App, session: Session | null, uid: string, reply: FastifyReply) => {
  app.sessions.open(session, { signedIn: [uid, app.now().toISOString()] }, reply)
  return reply.redirect(session?.returnTo ?? '/', 302)
}

const failureCode = (trouble: unknown): string | null => {
  if (trouble instanceof RefusedBySignon) return 'invalid_credentials'
  return trouble instanceof Unreachable ? trouble.code : null
}

const fail = (reply: FastifyReply, message: string) =>
  reply.redirect(`/auth/failure?${new URLSearchParams({ message, strategy: 'gds' })}`, 302)

/** The callback's address with the query of the present request, as the Ruby library forms it on both legs. */
const callbackUrl = (app: App, request: FastifyRequest) => `${app.url}/auth/gds/callback${queryOf(request)}`

const queryOf = ({ url }: FastifyRequest) => (url.includes('?') ? url.slice(url.indexOf('?')) : '')

const showFailure = (app: App, reply: FastifyReply) =>
  app.render(
    reply,
    200,
    messagePage({
      title: 'Sign-in failed',
      text: 'There was a problem logging you into the application. Please try again.',
      link: { text: 'Try signing in again', href: '/auth/gds' },
    }),
    { person: null, csrfToken: '', notice: null },
  )

const signOut = (app: App, request: FastifyRequest, reply: FastifyReply) => {
  app.sessions.close(app.sessions.of(request), reply)
  return reply.redirect(app.signon.signOutUrl, 302)
}
