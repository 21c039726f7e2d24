import type { Actor } from '#domain/events.ts'
import { type AuthorizeParameters, codeRequest } from '#domain/oauth/authorize-request.ts'
import { OAuthError } from '#domain/oauth/oauth-error.ts'
import { comparableUri, matchesAny, withParameters } from '#domain/oauth/redirect-uri.ts'
import type { RequestingClient } from '#store/authorize-facts.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'

export interface Authorize {
  readonly issuer: string
  readonly sessionToken: string | undefined
  readonly clientId: string | undefined
  readonly redirectUri: string | undefined
  readonly parameters: AuthorizeParameters
  /** A parameter that came more than once, if any did (RFC 6749 §3.1). */
  readonly repeated: string | undefined
}

export type AuthorizeOutcome =
  /** Back to the application, with a code or with an error that is the application's to handle. */
  | { readonly outcome: 'redirect'; readonly location: string; readonly session: Session }
  | { readonly outcome: 'sign in'; readonly why: 'expired' | 'suspended' | 'none' }
  | { readonly outcome: 'second step'; readonly session: Session }
  | { readonly outcome: 'not permitted'; readonly client: RequestingClient; readonly session: Session }
  /** The client or its address cannot be trusted, so the person is told here. */
  | { readonly outcome: 'refused'; readonly message: string; readonly session: Session }

/**
 * Answers `GET /oauth/authorize` in two statements: who is asking comes first, then whether the request is
 * well-formed, then whether this person may use this application (`reference/oauth-and-apis.md` 6).
 */
export const authorize = async (
  signon: Signon,
  actor: Actor,
  asked: Authorize,
): Promise<AuthorizeOutcome> => {
  const facts = await signon.single.authorizeFacts.gather(asked.sessionToken, asked.clientId)
  if (facts.state !== 'live') return { outcome: 'sign in', why: facts.state }
  const { session, client } = facts
  if (session.level !== 'full') return { outcome: 'second step', session }

  const outcome = await decide(signon, { ...actor, userId: session.user.id }, asked, session, client)
  // A code counts as use of the session in its own statement; so does every other answer.
  const hasBegun = outcome.outcome === 'redirect' && outcome.isCode
  if (!hasBegun && asked.sessionToken) await signon.single.sessions.use(asked.sessionToken)
  return outcome
}

type Decision =
  | Exclude<AuthorizeOutcome, { outcome: 'redirect' }>
  | (Extract<AuthorizeOutcome, { outcome: 'redirect' }> & { isCode: boolean })

const decide = async (
  signon: Signon,
  actor: Actor,
  asked: Authorize,
  session: Session,
  client: RequestingClient | undefined,
): Promise<Decision> => {
  const { redirectUri, parameters } = asked
  if (asked.clientId === undefined)
    return { outcome: 'refused', message: 'The address has no client_id, or more than one.', session }
  if (!client)
    return {
      outcome: 'refused',
      message: 'Signon does not know the application that sent you here.',
      session,
    }
  const redirect = redirectUri === undefined ? undefined : comparableUri(redirectUri)
  if (redirectUri === undefined || !redirect || !matchesAny(client.redirectUris, redirectUri))
    return {
      outcome: 'refused',
      message: `${client.name} asked to send you to an address that is not registered for it.`,
      session,
    }

  const errorTo = ({ code, message }: OAuthError): Decision => ({
    outcome: 'redirect',
    isCode: false,
    session,
    location: withParameters(
      redirectUri,
      { error: code, error_description: message, state: parameters.state || undefined, iss: asked.issuer },
      parameters.response_mode === 'fragment' ? 'fragment' : 'query',
    ),
  })
  try {
    if (asked.repeated) throw new OAuthError('invalid_request', `Repeated parameter: ${asked.repeated}.`)
    const request = codeRequest(parameters, client.requiresPkce)
    if (!client.personMaySignIn) return await sendAway(signon, actor, client, session)
    const code = await signon.single.authorizations.begin({
      user: session.user.id,
      application: client.id,
      session: session.id,
      authenticatedAt: session.authenticatedAt,
      redirect,
      codeChallenge: request.codeChallenge,
      nonce: request.nonce,
    })
    const location = withParameters(
      redirectUri,
      { code, state: parameters.state || undefined },
      request.responseMode,
    )
    return { outcome: 'redirect', isCode: true, location, session }
  } catch (error) {
    if (error instanceof OAuthError) return errorTo(error)
    throw error
  }
}

const sendAway = async (
  signon: Signon,
  actor: Actor,
  client: RequestingClient,
  session: Session,
): Promise<Decision> => {
  await signon.transaction((work) =>
    work.record(
      { name: 'sign-in-refused-by-application', about: session.user, application: client.id },
      actor,
    ),
  )
  return { outcome: 'not permitted', client, session }
}
