import type { Actor } from '#domain/events.ts'
import { clientClaim } from '#domain/oauth/client-credentials.ts'
import { OAuthError } from '#domain/oauth/oauth-error.ts'
import { clientThrottle, throttledCaller } from '#domain/throttle.ts'
import type { Signon } from '#store/signon.ts'

/** The parameters of a revocation or introspection request. */
export interface TokenQuestion {
  readonly token?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
}

/**
 * Ends a token at the wish of the application that it was issued to, and with it everything of the same sign-in
 * (RFC 7009). A token that we do not know is no error. Throws `OAuthError`.
 */
export const revoke = async (
  signon: Signon,
  actor: Actor,
  authorization: string | undefined,
  sent: TokenQuestion,
): Promise<void> => {
  const { clientId = '', clientSecret = '' } = clientClaim(authorization, sent)
  const client = await signon.single.applications.authenticate(clientId, clientSecret)
  if (client === undefined) {
    await signon.single.throttles.take(clientThrottle, throttledCaller(actor.address))
    throw notAuthorized()
  }
  const { token } = sent
  if (!token) return
  await signon.transaction(async (work) => {
    const family = await work.authorizations.seek(token)
    if (family) {
      if (family.applicationId !== client) throw notAuthorized()
      if (await work.authorizations.end(family.id))
        await work.record(
          {
            name: 'authorization-revoked',
            about: { id: family.userId, uid: family.uid },
            application: client,
          },
          actor,
        )
      return
    }
    const apiToken = await work.apiTokens.seekByText(token)
    if (!apiToken) return
    if (apiToken.application.id !== client) throw notAuthorized()
    if (await work.apiTokens.revoke(apiToken.id))
      await work.record({ name: 'api-token-revoked', about: apiToken.user, application: client }, actor)
  })
}

const notAuthorized = (): OAuthError =>
  new OAuthError('unauthorized_client', 'You are not authorized to revoke this token')
