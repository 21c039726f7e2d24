import type { AuthorizeParameters } from '#domain/oauth/authorize-request.ts'
import { originOf } from '#web/caller.ts'
import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { sendToFinish, sendToSignIn } from '#web/session.ts'
import { manifoldOf, onlyText } from '#web/urlencoded.ts'
import { authorize } from './authorize.ts'
import { authorizeRefusedPage } from './authorize-refused.page.ts'

/** The endpoint that browsers are sent to. `issuer` is Signon's public origin (RFC 9207). */
export const authorizeRoutes =
  (issuer: string): Routes =>
  (scope, signon) => {
    scope.get(
      paths.authorize,
      { config: { access: 'own' }, exposeHeadRoute: false },
      async (request, reply) => {
        const { query, browser } = request
        const result = await authorize(
          signon,
          { kind: 'person', ...originOf(request) },
          {
            issuer,
            sessionToken: browser.sessionToken,
            clientId: single(query, 'client_id'),
            redirectUri: single(query, 'redirect_uri'),
            parameters: parametersOf(query),
            repeated: manifoldOf(query, parameterNames),
          },
        )
        if (result.outcome === 'sign in') return sendToSignIn(request, reply, result.why)
        if (result.outcome === 'finish') return sendToFinish(request, reply, result.next)
        request.session = result.session
        reply.header('cache-control', 'no-store')
        if (result.outcome === 'redirect') return reply.redirect(result.location, 302)
        if (result.outcome === 'refused') return reply.page(authorizeRefusedPage(result.message), 400)
        browser.rememberApplication(result.client.id)
        return reply.redirect(paths.signinRequired, 302)
      },
    )
  }

const parameterNames = [
  'response_type',
  'response_mode',
  'state',
  'scope',
  'nonce',
  'code_challenge',
  'code_challenge_method',
] as const satisfies readonly (keyof AuthorizeParameters)[]

const single = (query: unknown, name: string): string | undefined =>
  manifoldOf(query, [name]) === undefined ? onlyText(query, name) : undefined

const parametersOf = (query: unknown): AuthorizeParameters =>
  Object.fromEntries(parameterNames.map((name) => [name, onlyText(query, name)]))
