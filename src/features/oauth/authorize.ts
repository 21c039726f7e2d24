import type { Actor } from '#domain/events.ts'
import { type AuthorizeParameters, type CodeRequest, codeRequest } from '#domain/oauth/authorize-request.ts'
import { OAuthError } from '#domain/oauth/oauth-error.ts'
import { type ComparableUri, comparableUri, matchesAny, withParameters } from '#domain/oauth/redirect-uri.ts'
import type { PlainRequest, RequestingClient } from '#store/authorize-facts.ts'
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
  | {
      readonly outcome: 'redirect'
      readonly location: string
      readonly isCode: boolean
      readonly session: Session
    }
  | { readonly outcome: 'sign in'; readonly why: 'expired' | 'suspended' | 'none' }
  | { readonly outcome: 'finish'; readonly next: 'second step' | 'set-up' }
  | { readonly outcome: 'not permitted'; readonly client: RequestingClient; readonly session: Session }
  /** The client or its address cannot be trusted, so the person is told here. */
  | { readonly outcome: 'refused'; readonly message: string; readonly session: Session }

/**
 * Answers `GET /oauth/authorize`, in one statement when nothing is unusual: who is asking comes first, then whether the request is
 * well-formed, then whether this person may use this application (`reference/oauth-and-apis.md` 6).
 */
export const authorize = async (
  signon: Signon,
  actor: Actor,
  asked: Authorize,
): Promise<AuthorizeOutcome> => {
  const redirect = asked.redirectUri === undefined ? undefined : comparableUri(asked.redirectUri)
  const facts = await signon.single.authorizeFacts.gather(
    asked.sessionToken,
    asked.clientId,
    plainOf(asked, redirect),
  )
  if (facts.state !== 'live') return { outcome: 'sign in', why: facts.state }
  const { session, client, code } = facts
  if (session.level !== 'full') return { outcome: 'finish', next: 'second step' }
  if (session.mustSetUpTwoStep) return { outcome: 'finish', next: 'set-up' }

  const outcome = await answer(
    signon,
    { ...actor, userId: session.user.id },
    asked,
    session,
    client,
    redirect,
    code,
  )
  // A code counts as use of the session in its own statement; so does every other answer.
  const isCode = outcome.outcome === 'redirect' && outcome.isCode
  if (!isCode && asked.sessionToken) await signon.single.sessions.use(asked.sessionToken)
  return outcome
}

const answer = async (
  signon: Signon,
  actor: Actor,
  asked: Authorize,
  session: Session,
  client: RequestingClient | undefined,
  redirect: ComparableUri | undefined,
  begunCode: string | undefined,
): Promise<AuthorizeOutcome> => {
  const refusal = refusalOf(asked, client)
  if (refusal !== undefined || !client || !redirect)
    return { outcome: 'refused', message: refusal ?? notRegistered, session }

  const request = wellFormed(asked, client.requiresPkce)
  if (request instanceof OAuthError) return errorTo(asked, session, request)
  if (!client.personMaySignIn) return sendAway(signon, actor, client, session)
  const code =
    begunCode ??
    (await signon.single.authorizations.begin({
      user: session.user.id,
      application: client.id,
      session: session.id,
      authenticatedAt: session.authenticatedAt,
      redirect,
      codeChallenge: request.codeChallenge,
      scope: request.scope,
      nonce: request.nonce,
    }))
  return backTo(asked, session, { code }, request.responseMode, true)
}

const notRegistered = 'The application asked to send you to an address that is not registered for it.'

/** Why nobody can be sent back: the client or the address is not to be trusted. */
const refusalOf = (
  { clientId, redirectUri }: Authorize,
  client: RequestingClient | undefined,
): string | undefined => {
  if (clientId === undefined) return 'The address has no client_id, or more than one.'
  if (!client) return 'Signon does not know the application that sent you here.'
  return redirectUri !== undefined && matchesAny(client.redirectUris, redirectUri) ? undefined : notRegistered
}

/** The request, if it is well-formed whatever its client asks for. */
const plainOf = (asked: Authorize, redirect: ComparableUri | undefined): PlainRequest | undefined => {
  const { redirectUri } = asked
  const request = wellFormed(asked, false)
  if (redirectUri === undefined || !redirect || request instanceof OAuthError) return undefined
  const { codeChallenge, scope, nonce } = request
  return { redirectUri, redirect, codeChallenge, scope, nonce }
}

const wellFormed = ({ parameters, repeated }: Authorize, requiresPkce: boolean): CodeRequest | OAuthError => {
  if (repeated) return new OAuthError('invalid_request', `Repeated parameter: ${repeated}.`)
  try {
    return codeRequest(parameters, requiresPkce)
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}

const errorTo = (asked: Authorize, session: Session, { code, message }: OAuthError): AuthorizeOutcome => {
  const place = asked.parameters.response_mode === 'fragment' ? 'fragment' : 'query'
  return backTo(asked, session, { error: code, error_description: message }, place, false)
}

/** Errors name their issuer (RFC 9207); codes do not, because applications compare the address they came back to. */
const backTo = (
  { redirectUri = '', parameters, issuer }: Authorize,
  session: Session,
  result: Readonly<Record<string, string>>,
  place: 'query' | 'fragment',
  isCode: boolean,
): AuthorizeOutcome => {
  const state = parameters.state || undefined
  const location = withParameters(redirectUri, { ...result, state, iss: isCode ? undefined : issuer }, place)
  return { outcome: 'redirect', location, isCode, session }
}

const sendAway = async (
  signon: Signon,
  actor: Actor,
  client: RequestingClient,
  session: Session,
): Promise<AuthorizeOutcome> => {
  await signon.transaction((work) =>
    work.record(
      { name: 'sign-in-refused-by-application', about: session.user, application: client.id },
      actor,
    ),
  )
  return { outcome: 'not permitted', client, session }
}
