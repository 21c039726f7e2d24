import { emailFault, nameFault, normaliseEmail } from '#domain/user.ts'
import { userStatus } from '#domain/user-status.ts'
import { Conflict } from '#kernel/failure.ts'
import { administratorFor } from '#store/administration.ts'
import type { ListedApiUser } from '#store/api-user-pages.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { apiUsersPage, newApiUserPage } from './api-users.page.ts'
import { createApiUser } from './create-api-user.ts'

/** The list of API users, and a new one. */
export const apiUsersRoutes: Routes = (scope, signon) => {
  scope.get(paths.apiUsers, { config: { may: 'list API users' } }, async (request, reply) => {
    const actor = actorOf(request)
    const filter = (onlyText(request.query, 'filter') ?? '').trim()
    const users = await signon.read(async (stores) => {
      await administratorFor(stores, actor, 'list API users')
      return stores.apiUserPages.list(filter)
    })
    const now = signon.clock.now()
    return reply.page(apiUsersPage({ filter, users: users.map((user) => lineOf(user, now)) }))
  })

  const config = { may: 'create an API user' } as const
  scope.get(paths.apiUserNew, { config }, async (_request, reply) =>
    reply.page(newApiUserPage({ name: '', email: '', faults: {} })),
  )

  scope.post(paths.apiUserNew, { config }, async (request, reply) => {
    const name = onlyText(request.body, 'api_user[name]') ?? ''
    const email = onlyText(request.body, 'api_user[email]') ?? ''
    const wrong = { name: nameFault(name), email: emailFault(normaliseEmail(email)) }
    const faults = {
      ...(wrong.name !== undefined && { name: wrong.name }),
      ...(wrong.email !== undefined && { email: wrong.email }),
    }
    if (Object.keys(faults).length > 0) return reply.page(newApiUserPage({ name, email, faults }), 422)
    try {
      const { id } = await createApiUser(signon, actorOf(request), { name, email })
      request.browser.say('Successfully created API user')
      return reply.redirect(pathTo(paths.apiUser, { id }), 303)
    } catch (error) {
      // The address is somebody's, which those who create API users may know.
      if (!(error instanceof Conflict)) throw error
      return reply.page(newApiUserPage({ name, email, faults: { email: error.message } }), 422)
    }
  })
}

const lineOf = (user: ListedApiUser, now: Date) => ({
  name: user.name,
  path: pathTo(paths.apiUser, { id: user.id }),
  email: user.email,
  applications: user.applications,
  status: userStatus(user, now),
})
