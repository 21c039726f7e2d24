import type { Actor } from '#domain/events.ts'
import { bearerToken } from '#domain/oauth/client-credentials.ts'
import { OAuthError } from '#domain/oauth/oauth-error.ts'
import { originOf } from '#web/caller.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { manifoldOf } from '#web/urlencoded.ts'
import { introspect } from './introspect.ts'
import { errorAnswer, parametersOf, uncached } from './oauth-answers.ts'
import { revoke } from './revoke.ts'
import { exchange } from './token.ts'

/** The endpoints that applications' servers call: token, revocation, introspection. */
export const tokenRoutes: Routes = (parent, signon) => {
  parent.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => {
      if (error instanceof OAuthError) return answerError(error, request, reply)
      throw error
    })

    const token = async (request: Request, reply: Reply) => {
      const sent = parametersIn(request, tokenParameters)
      const issued = await exchange(signon, actorOf(request), request.headers.authorization, sent)
      return reply.headers(uncached).send({
        access_token: issued.accessToken,
        token_type: 'Bearer',
        expires_in: issued.expiresInSeconds,
        refresh_token: issued.refreshToken,
        created_at: Math.floor(issued.createdAt.getTime() / 1000),
      })
    }
    scope.post(paths.token, byClient, token)
    scope.post(paths.accessToken, byClient, token)

    scope.post(paths.revoke, byClient, async (request, reply) => {
      await revoke(signon, actorOf(request), request.headers.authorization, parametersIn(request, tokenOnly))
      return reply.headers(uncached).send({})
    })

    scope.post(paths.introspect, byClient, async (request, reply) => {
      const { authorization } = request.headers
      const sent = parametersIn(request, tokenOnly)
      const told = await introspect(signon, actorOf(request), {
        authorization,
        bearer: bearerToken(authorization),
        sent,
      })
      return reply.headers(uncached).send(told)
    })
  })
}

const byClient = { config: { access: 'client' } } as const

const answerError = (error: OAuthError, request: Request, reply: Reply): Reply => {
  const { status, headers, body } = errorAnswer(error)
  request.log.info({ govuk_request_id: request.id, status, error: error.code }, 'refused a client')
  return reply.code(status).headers(headers).send(body)
}

const tokenParameters = [
  'grant_type',
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'scope',
  'client_id',
  'client_secret',
] as const
const tokenOnly = ['token', 'client_id', 'client_secret'] as const

const parametersIn = <Name extends string>({ query, body }: Request, names: readonly Name[]) => {
  const refusal = (name: Name) =>
    new OAuthError('invalid_request', `Repeated or unreadable parameter: ${name}.`)
  const manifold = manifoldOf(query, names) ?? manifoldOf(body, names)
  if (manifold !== undefined) throw refusal(manifold)
  return parametersOf(names, [query, body], refusal)
}

const actorOf = (request: Request): Actor => ({ kind: 'application', ...originOf(request) })
