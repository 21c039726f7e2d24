import type { FastifyReply, FastifyRequest } from 'fastify'
import { newSecret } from './secrets.ts'

export interface Session {
  readonly id: string
  readonly csrfToken: string
  /** Where to go once signed in: a path of ours. */
  readonly returnTo: string | null
  /** A sign-in on its way through Signon. */
  readonly attempt: { readonly state: string; readonly verifier: string } | null
  /** Whose it is, and when they signed in: a uid, and a time in ISO 8601. */
  readonly signedIn: readonly (string | undefined)[]
  /** Told once, on the next page. */
  readonly notice: string | null
}

type Contents = Omit<Session, 'id' | 'csrfToken'>

/** Browser sessions, in memory. The browser holds an id that means nothing elsewhere. */
export interface Sessions {
  readonly of: (request: FastifyRequest) => Session | null
  /** A new session, under a new id, instead of any that the browser had. */
  readonly open: (before: Session | null, contents: Partial<Contents>, reply: FastifyReply) => Session
  readonly change: (session: Session, changes: Partial<Contents>) => Session
  readonly close: (session: Session | null, reply: FastifyReply) => void
}

// Not `session`: on one host, cookies of all ports lie in one jar.
const cookieName = 'demo_publisher_session'
const mostSessions = 10_000

export const newSessions = (isSecure: boolean): Sessions => {
  const sessions = new Map<string, Session>()
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`

  const keep = (session: Session): Session => {
    sessions.set(session.id, session)
    const [oldest] = sessions.keys()
    if (sessions.size > mostSessions && oldest !== undefined) sessions.delete(oldest)
    return session
  }

  return {
    of: (request) => sessions.get(cookieIn(request.headers.cookie ?? '') ?? '') ?? null,
    open: (before, contents, reply) => {
      if (before !== null) sessions.delete(before.id)
      const session = keep({ ...emptySession, ...contents, id: newSecret(), csrfToken: newSecret() })
      reply.header('Set-Cookie', `${cookieName}=${session.id}; ${attributes}`)
      return session
    },
    // A request that was still under way must not bring a closed session back.
    change: (session, changes) =>
      sessions.has(session.id) ? keep({ ...session, ...changes }) : { ...session, ...changes },
    close: (session, reply) => {
      if (session !== null) sessions.delete(session.id)
      reply.header('Set-Cookie', `${cookieName}=; ${attributes}; Max-Age=0`)
    },
  }
}

const emptySession = { returnTo: null, attempt: null, signedIn: [], notice: null } as const

const cookieIn = (header: string): string | undefined =>
  header
    .split('; ')
    .find((cookie) => cookie.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1)

const validHours = 20

/** Whose session it is, while it is young enough. One without a time, or with one that cannot be read, is refused. */
export const uidIn = (session: Session, now: Date): string | null => {
  const [uid, signedInAt] = session.signedIn
  if (uid === undefined || signedInAt === undefined) return null
  const age = now.getTime() - Date.parse(signedInAt)
  return age < validHours * 3_600_000 ? uid : null
}
