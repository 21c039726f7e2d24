import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { BearerRefused, bearerTokens } from './bearer.ts'
import { PermissionMissing } from './failures.ts'
import { holds } from './people.ts'
import { readProfile } from './profile.ts'

/** What machines call: our own API, and the two addresses where Signon tells us of changes. */
export const apiRoutes = (server: FastifyInstance, app: App): void => {
  const whoseToken = bearerTokens(app)
  const machine = async (request: FastifyRequest) => {
    await whoseToken(request.headers.authorization)
  }
  const signonItself = async (request: FastifyRequest) => {
    const caller = await whoseToken(request.headers.authorization)
    if (!holds(caller, pushPermission)) throw new PermissionMissing(pushPermission)
  }

  server.register(async (api) => {
    api.setErrorHandler((error, _request, reply) => answerFailure(app, error, reply))
    api.get('/api/documents', { onRequest: machine }, () => documentList(app))
    api.put('/auth/gds/api/users/:uid', { onRequest: signonItself }, async ({ body }, reply) => {
      await app.people.update(readProfile(JSON.parse(typeof body === 'string' ? body : '')))
      return nothing(reply)
    })
    api.post<{ Params: { readonly uid: string } }>(
      '/auth/gds/api/users/:uid/reauth',
      { onRequest: signonItself },
      async ({ params }, reply) => {
        await app.people.signOutRemotely(params.uid)
        return nothing(reply)
      },
    )
  })
}

const pushPermission = 'user_update_permission'

const nothing = (reply: FastifyReply) => reply.code(200).type('text/plain; charset=utf-8').send('')

const documentList = (app: App) => ({
  documents: app.documents.list().map(({ id, title, status, lastEditedBy, lastEditedAt }) => ({
    id,
    title,
    status,
    last_edited_by: lastEditedBy,
    last_edited_at: lastEditedAt,
    url: `${app.url}/documents/${id}`,
  })),
})

const answerFailure = (app: App, error: unknown, reply: FastifyReply) => {
  if (error instanceof BearerRefused)
    return reply
      .code(401)
      .header('WWW-Authenticate', `Bearer error="${error.code}"`)
      .send({ message: error.message })
  if (error instanceof PermissionMissing) return reply.code(403).send({ message: error.message })
  app.log(`An API request failed: ${error}`)
  return reply.code(500).send({ message: 'Something went wrong' })
}
