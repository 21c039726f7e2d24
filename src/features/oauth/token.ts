import type { ApplicationId } from '#domain/application.ts'
import type { Actor } from '#domain/events.ts'
import { clientClaim } from '#domain/oauth/client-credentials.ts'
import { invalidGrant, missingParameter, OAuthError, unknownClient } from '#domain/oauth/oauth-error.ts'
import { challengeOf } from '#domain/oauth/pkce.ts'
import { comparableUri } from '#domain/oauth/redirect-uri.ts'
import { requestedScope } from '#domain/oauth/scope.ts'
import { clientThrottle, throttledCaller } from '#domain/throttle.ts'
import type { Caller, Exchange, IssuedTokens } from '#store/authorizations.ts'
import type { Signon } from '#store/signon.ts'

/** The parameters of a token request that Signon looks at, each sent at most once. */
export interface TokenParameters {
  readonly grant_type?: string | undefined
  readonly code?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly code_verifier?: string | undefined
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

/**
 * Exchanges a code or a refresh token for tokens, in one statement when all is well. Checks come in the order of
 * `reference/oauth-and-apis.md` 8.3 and 9. Throws `OAuthError`, and `TooManyAttempts` for a caller that keeps failing
 * to authenticate.
 */
export const exchange = (
  signon: Signon,
  actor: Actor,
  authorization: string | undefined,
  sent: TokenParameters,
): Promise<IssuedTokens> => {
  if (!sent.grant_type) throw missingParameter('grant_type')
  if (sent.grant_type === 'authorization_code') return redeemCode(signon, actor, authorization, sent)
  if (sent.grant_type === 'refresh_token') return refresh(signon, actor, authorization, sent)
  throw new OAuthError(
    'unsupported_grant_type',
    'The grant_type must be authorization_code or refresh_token.',
  )
}

const redeemCode = async (
  signon: Signon,
  actor: Actor,
  authorization: string | undefined,
  sent: TokenParameters,
) => {
  const { code, redirect_uri: redirectUri, code_verifier: verifier } = sent
  if (!code) throw missingParameter('code')
  const caller = callerOf(actor, authorization, sent)
  if (!redirectUri) throw missingParameter('redirect_uri')
  // An address that is not well-formed matches no code.
  const redirect = comparableUri(redirectUri) ?? { base: '', query: null }
  const result = await signon.single.authorizations.redeem(code, caller, redirect, challengeOf(verifier))
  return tokensOf(signon, actor, code, result)
}

const refresh = async (
  signon: Signon,
  actor: Actor,
  authorization: string | undefined,
  sent: TokenParameters,
) => {
  const { refresh_token: token, scope } = sent
  const caller = callerOf(actor, authorization, sent)
  if (!token) throw missingParameter('refresh_token')
  requestedScope(scope)
  return tokensOf(signon, actor, token, await signon.single.authorizations.refresh(token, caller))
}

const callerOf = (actor: Actor, authorization: string | undefined, sent: TokenParameters): Caller => {
  const { clientId, clientSecret } = clientClaim(authorization, sent)
  return {
    clientId: clientId ?? '',
    clientSecret: clientSecret ?? '',
    ...(actor.address !== undefined && { address: actor.address }),
    ...(actor.userAgent !== undefined && { userAgent: actor.userAgent }),
  }
}

const tokensOf = async (
  signon: Signon,
  actor: Actor,
  presented: string,
  result: Exchange,
): Promise<IssuedTokens> => {
  if (result.outcome === 'issued') return result.tokens
  if (result.outcome === 'unknown client') return refuseClient(signon, actor)
  await endIfSpent(signon, actor, presented, result.application)
  throw invalidGrant()
}

/** Counts a failed client authentication, and refuses it. */
export const refuseClient = async (signon: Signon, actor: Actor): Promise<never> => {
  await signon.single.throttles.take(clientThrottle, throttledCaller(actor.address))
  throw unknownClient()
}

/** Whoever presents a spent code or refresh token may have stolen it, so all that came of it ends (RFC 9700 §4.14.2). */
const endIfSpent = (
  signon: Signon,
  actor: Actor,
  presented: string,
  application: ApplicationId,
): Promise<void> =>
  signon.transaction(async (work) => {
    const spent = await work.authorizations.seekSpent(presented, application)
    if (spent && (await work.authorizations.end(spent.id)))
      await work.record(
        { name: 'authorization-ended', about: { id: spent.userId, uid: spent.uid }, application },
        actor,
      )
  })
