import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { clientClaim } from '#domain/oauth/client-credentials.ts'
import { OAuthError } from '#domain/oauth/oauth-error.ts'
import type { Signon } from '#store/signon.ts'
import type { TokenQuestion } from './revoke.ts'
import { refuseClient } from './token.ts'

/** RFC 7662 §2.2. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true
      readonly scope: string
      readonly client_id: string
      readonly token_type: 'Bearer'
      readonly iat: number
      readonly exp?: number
    }

interface Asked {
  readonly authorization: string | undefined
  /** The asker's own token, when it authenticates by one. */
  readonly bearer: string | undefined
  readonly sent: TokenQuestion
}

/** Tells an application about one of its own tokens; of others it learns nothing. Throws `OAuthError`. */
export const introspect = async (signon: Signon, actor: Actor, asked: Asked): Promise<Introspection> => {
  const asker =
    asked.bearer === undefined
      ? await byCredentials(signon, actor, asked)
      : await byToken(signon, asked.bearer, asked.sent.token)
  const token = asked.sent.token ? await signon.single.bearerTokens.introspect(asked.sent.token) : undefined
  if (!token?.isLive || token.applicationId !== asker) return { active: false }
  return {
    active: true,
    scope: '',
    client_id: token.clientId,
    token_type: 'Bearer',
    iat: token.issuedAt,
    ...(token.expiresAt !== null && { exp: token.expiresAt }),
  }
}

const byCredentials = async (
  signon: Signon,
  actor: Actor,
  { authorization, sent }: Asked,
): Promise<ApplicationId> => {
  const { clientId, clientSecret } = clientClaim(authorization, sent)
  if (clientId === undefined)
    throw new OAuthError(
      'invalid_request',
      'The request must be authorized by client credentials or a bearer token.',
    )
  return (
    (await signon.single.applications.authenticate(clientId, clientSecret ?? '')) ??
    refuseClient(signon, actor)
  )
}

const byToken = async (
  signon: Signon,
  bearer: string,
  askedAbout: string | undefined,
): Promise<ApplicationId> => {
  const own = bearer === askedAbout ? undefined : await signon.single.bearerTokens.introspect(bearer)
  if (!own?.isLive || !own.isAccessToken)
    throw new OAuthError('invalid_token', 'The access token is invalid, expired or revoked.')
  return own.applicationId
}
