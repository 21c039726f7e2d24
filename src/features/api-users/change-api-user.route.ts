import type { User } from '#domain/user.ts'
import { Conflict, Invalid } from '#kernel/failure.ts'
import { findUserFor } from '#store/administration.ts'
import { apiUserBreadcrumbs, apiUserOf } from '#web/about-api-user.ts'
import { paths, pathTo } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changePage } from './api-user.page.ts'
import { ChangedMeanwhile, changeApiUserEmail, changeApiUserName } from './change-api-user.ts'

const may = 'change an API user'
const config = { may } as const

const changes = {
  name: { path: paths.apiUserName, change: changeApiUserName, label: 'Name' },
  email: { path: paths.apiUserEmail, change: changeApiUserEmail, label: 'Email' },
} as const

const hints = {
  name: 'What calls the API: an application, or a team’s script',
  email: 'It takes effect at once, and no email is sent.',
} as const

/** Changes the name and the address of an API user. */
export const changeApiUserRoutes: Routes = (scope, signon) => {
  const find = (request: Request): Promise<User> =>
    signon.read((stores) => findUserFor(stores, actorOf(request), may, apiUserOf(request)))

  for (const field of ['name', 'email'] as const) {
    const { path, change, label } = changes[field]
    const page = (user: User, typed: { value: string; was: string; fault: string | null }) =>
      changePage({
        title: `Change ${field} for ${user.name}`,
        field,
        label,
        hint: hints[field],
        button: `Change ${field}`,
        breadcrumbs: apiUserBreadcrumbs(user),
        cancelPath: pathTo(paths.apiUser, { id: user.id }),
        ...typed,
      })

    scope.get(path, { config }, async (request, reply) => {
      const user = await find(request)
      return reply.page(page(user, { value: user[field], was: user[field], fault: null }))
    })

    scope.post(path, { config }, async (request, reply) => {
      const { id } = apiUserOf(request)
      const to = onlyText(request.body, `api_user[${field}]`) ?? ''
      const was = onlyText(request.body, 'was') ?? ''
      try {
        await change(signon, actorOf(request), { id, to, was })
      } catch (error) {
        if (!(error instanceof Conflict || error instanceof Invalid)) throw error
        const seen = error instanceof ChangedMeanwhile ? error.now : was
        const user = await find(request)
        return reply.page(page(user, { value: to, was: seen, fault: error.message }), 422)
      }
      request.browser.say(field === 'name' ? 'Updated name successfully' : 'Updated email successfully')
      return reply.redirect(pathTo(paths.apiUser, { id }), 303)
    })
  }
}
