import { findUserFor } from '#store/administration.ts'
import { personOf } from '#web/about-user.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changeNamePage } from './change.page.ts'
import { changeName } from './change-name.ts'
import { aroundForm, attempt, backToUser, isOneself, statusOf, updated } from './person.route.ts'

const may = 'change a name'

export const userNameRoutes: Routes = (scope, signon) => {
  const show = async (
    request: Request,
    reply: Reply,
    typed: string | null = null,
    fault: string | null = null,
  ): Promise<Reply> => {
    const user = await signon.read((stores) => findUserFor(stores, actorOf(request), may, personOf(request)))
    const view = { ...aroundForm(user), was: user.name, value: typed ?? user.name, fault }
    return reply.page(changeNamePage(view), statusOf(fault))
  }

  scope.get(paths.userName, { config: { may } }, async (request, reply) =>
    isOneself(request) ? reply.redirect(paths.account, 302) : show(request, reply),
  )

  scope.post(paths.userName, { config: { may } }, async (request, reply) => {
    const newName = onlyText(request.body, 'user[name]') ?? ''
    const was = onlyText(request.body, 'was') ?? ''
    const outcome = await attempt(
      changeName(signon, actorOf(request), { ...personOf(request), newName, was }),
    )
    return 'fault' in outcome
      ? show(request, reply, newName, outcome.fault)
      : backToUser(request, reply, updated(outcome.done))
  })
}
