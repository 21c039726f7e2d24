import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AdministrativeAction, roleMay } from '#domain/administration.policy.ts'
import type { Actor } from '#domain/events.ts'
import { Forbidden, invariant } from '#kernel/failure.ts'
import type { PresentedSession, Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import type { Browser } from './browser.ts'
import { originOf } from './caller.ts'
import { paths } from './paths.ts'

/**
 * Who may see a page: everybody at any time (`always`); everybody but who is half way through signing in, and finishes
 * that first (`public`); a person whose password was right (`password`), and has passed the second step if they have one
 * (`set-up`); or, unless a route says otherwise, a person who has done everything that their account asks for (`full`).
 * A route with `own` looks at the session itself.
 */
export type PageAccess = 'always' | 'public' | 'password' | 'set-up' | 'full' | 'own'

/** What a machine must present: nothing, an application's id and secret, or a token. */
export type MachineAccess = 'open' | 'client' | 'bearer'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: PageAccess | MachineAccess
    /** What the page or form is for: whose role may not do that is refused. Whom it is done to, the use case asks. */
    may?: AdministrativeAction
    /** A form that anybody may send, because it does nothing that a link does not. */
    needsNoToken?: boolean
  }
  interface FastifyRequest {
    /** The browser that sent the request; in pages only. */
    browser: Browser
    /** The live session, if there is one; on pages that are for signed-in people there is. */
    session: Session | undefined
    /** Some of the body was still to come when the session was loaded. */
    isBodyLate: boolean
  }
}

/** Loads the session of every page request, and sends away who may not see the page. */
export const guardPages = (
  scope: FastifyInstance,
  signon: Signon,
  browser: (request: FastifyRequest, reply: FastifyReply) => Browser,
): void => {
  scope.decorateRequest('browser')
  scope.decorateRequest('session')
  scope.decorateRequest('isBodyLate', false)
  scope.addHook('onRequest', async (request, reply) => {
    request.browser = browser(request, reply)
    const refused = await admit(signon, request, reply)
    if (refused) return refused
    request.isBodyLate = mayChange(request) && !request.raw.complete
  })
  // Pages are kept by nobody: they tell who is signed in, or where somebody was going.
  scope.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  scope.addHook('preValidation', async (request, reply) => {
    if (!mayChange(request)) return
    // Whoever holds a body back must not act in a session that ended before it came.
    const refused = request.isBodyLate && (await admit(signon, request, reply))
    if (refused) return refused
    if (!request.is404 && !request.routeOptions.config.needsNoToken) request.browser.checkForm(request.body)
  })
}

/** Fastify reads no body of the others. */
const mayChange = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD'

/** Loads the session, if there is a live one; the answer to whoever may not see the page, who has then been sent away. */
const admit = async (
  signon: Signon,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> => {
  const access = request.is404 ? 'always' : (request.routeOptions.config.access ?? 'full')
  if (access === 'own') return undefined
  const { sessionToken } = request.browser
  const presented: PresentedSession = sessionToken
    ? await signon.single.sessions.use(sessionToken)
    : { state: 'none' }
  request.session = presented.state === 'live' ? presented.session : undefined
  if (request.activity) request.activity.actingUser = request.session?.user.uid
  if (presented.state !== 'live' && access !== 'always' && access !== 'public')
    return sendToSignIn(request, reply, presented.state)
  const next = request.session && stillToDo(request.session)
  if (next && !mayWait[next].includes(access)) return sendToFinish(request, reply, next)
  refuseWithoutRight(request)
  return undefined
}

/** Throws `Forbidden` when the route is for something that the person's role may not do. */
const refuseWithoutRight = ({ session, routeOptions, is404 }: FastifyRequest): void => {
  const action = is404 ? undefined : routeOptions.config.may
  if (action === undefined || (session && roleMay(session.user.role, action))) return
  throw new Forbidden(
    'You do not have permission to perform this action. If you need it, ask a GOV.UK lead in your organisation.',
    `the role ${session?.user.role} may not ${action}`,
  )
}

/** Sends a browser to the sign-in page, and remembers where it was going; other callers get a plain 401. */
export const sendToSignIn = (
  request: FastifyRequest,
  reply: FastifyReply,
  why: Exclude<PresentedSession['state'], 'live'>,
): FastifyReply => {
  if (!wantsPage(request)) return reply.code(401).send({ error: 'Sign in to use this address.' })
  request.browser.forgetSession()
  if (request.method === 'GET') request.browser.rememberReturn(request.url)
  if (why !== 'none') request.browser.flash(why)
  // A session ends for many reasons elsewhere, and leaves nothing behind that says which.
  else if (request.browser.sessionToken !== undefined) request.browser.flash('signed-out-elsewhere')
  return reply.redirect(paths.signIn, 302)
}

/** What somebody who is signed in must do before anything else. */
export type StillToDo = 'second step' | 'set-up'

/** The next thing that this person must do before anything else, if there is one. */
const stillToDo = ({ level, mustSetUpTwoStep }: Session): StillToDo | undefined => {
  if (level === 'password') return 'second step'
  return mustSetUpTwoStep ? 'set-up' : undefined
}

/** Pages that somebody may see who has still to do that. */
const mayWait: Readonly<Record<StillToDo, readonly (PageAccess | MachineAccess)[]>> = {
  'second step': ['always', 'password'],
  'set-up': ['always', 'password', 'set-up'],
}

const finishAt = { 'second step': paths.twoStepCode, 'set-up': paths.twoStepPrompt } as const

/** Sends a person on who has still something to do, and remembers where they were going; other callers get a 401. */
export const sendToFinish = (request: FastifyRequest, reply: FastifyReply, next: StillToDo): FastifyReply => {
  if (!wantsPage(request)) return reply.code(401).send({ error: 'Finish signing in to use this address.' })
  if (request.method === 'GET') request.browser.rememberReturn(request.url)
  return reply.redirect(finishAt[next], 302)
}

/** Does the caller take a page? A script asks for something else. */
const wantsPage = (request: FastifyRequest): boolean => {
  const accept = request.headers.accept ?? '*/*'
  return request.headers['x-requested-with'] === undefined && /text\/html|\*\/\*/.test(accept)
}

/** The live session, on pages that are shown to nobody without one. */
export const sessionOf = ({ session }: FastifyRequest): Session => {
  invariant(session, 'the guard lets only signed-in people come here')
  return session
}

/** Whoever sent the request as the one who acts: the signed-in person, or somebody unknown at an address. */
export const actorOf = (request: FastifyRequest): Actor => ({
  kind: 'person',
  ...(request.session && { userId: request.session.user.id }),
  ...originOf(request),
})
