import { bearerToken } from '#domain/oauth/client-credentials.ts'
import { userInfo } from '#domain/oauth/user-info.ts'
import type { PresentedToken } from '#store/bearer-tokens.sql.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { manifoldOf, onlyText } from '#web/urlencoded.ts'
import { bearerChallenge } from './oauth-answers.ts'

/** What applications ask with a bearer token: who is it, and who are these. Never a redirect, never a cookie. */
export const userInfoRoutes: Routes = (scope, signon) => {
  const tell = async (request: Request, reply: Reply) => {
    const asked = onlyText(request.query, 'client_id')
    const token = tokenIn(request)
    // One that came twice is nobody's; asking with it must leave no trace either.
    const isOne = manifoldOf(request.query, ['client_id']) === undefined
    const presented =
      token === undefined || !isOne
        ? undefined
        : await signon.single.bearerTokens.present(token, asked || undefined)
    const challenge =
      problemWith(token, presented) ?? (isOthers(presented, asked) ? bearerChallenge('invalid') : undefined)
    if (challenge !== undefined || !presented) return refuse(reply, challenge)
    return reply.header('cache-control', 'no-store').send(userInfo(presented))
  }
  scope.get(paths.userJson, byBearer, tell)
  scope.get(paths.machineUser, byBearer, async (request, reply) =>
    prefersJson(request) ? tell(request, reply) : reply.code(406).send(),
  )

  const look = async (request: Request, reply: Reply) => {
    const token = tokenIn(request)
    const presented = token === undefined ? undefined : await signon.single.bearerTokens.present(token)
    const challenge =
      problemWith(token, presented) ?? (presented?.isDirectoryApi ? undefined : bearerChallenge('invalid'))
    if (challenge !== undefined) return refuse(reply, challenge)
    return reply
      .header('cache-control', 'no-store')
      .send(await signon.single.userDirectory.list(uidsIn(request.query)))
  }
  for (const path of [paths.usersApi, paths.usersApiJson]) scope.get(path, byBearer, look)
}

const byBearer = { config: { access: 'bearer' } } as const

/** The first token found: header, then either of two parameters (`reference/oauth-and-apis.md` 14.1). */
const tokenIn = ({ headers, query }: Request): string | undefined =>
  bearerToken(headers.authorization) ??
  (onlyText(query, 'access_token') || onlyText(query, 'bearer_token') || undefined)

/** The challenge for a token that is not good. */
const problemWith = (
  token: string | undefined,
  presented: PresentedToken | undefined,
): string | undefined => {
  if (token === undefined) return bearerChallenge()
  const problem = presented ? presented.problem : 'invalid'
  return problem === null ? undefined : bearerChallenge(problem)
}

const isOthers = (presented: PresentedToken | undefined, asked: string | undefined): boolean =>
  asked !== undefined && asked !== '' && asked !== presented?.clientId

const refuse = (reply: Reply, challenge = bearerChallenge()): Reply =>
  reply.code(401).headers({ 'cache-control': 'no-store', 'www-authenticate': challenge }).send()

const prefersJson = ({ headers }: Request): boolean => /application\/json/.test(headers.accept ?? '')

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const uidsIn = (query: unknown): readonly string[] => {
  const sent: unknown = Reflect.get(query as object, 'uuids[]') ?? Reflect.get(query as object, 'uuids') ?? []
  return [sent].flat().filter((value): value is string => typeof value === 'string' && uuid.test(value))
}
