import { paths } from '#web/paths.ts'
import type { Reply, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { objectToEmailPage } from './object-to-email.page.ts'
import { objectToEmail, seekObjection } from './object-to-email.ts'

/** Whoever has the old address needs no account to object: the link shows that the mail was theirs. */
export const objectToEmailRoutes: Routes = (scope, signon) => {
  const show = async (reply: Reply, token: string): Promise<Reply> => {
    const found = await seekObjection(signon, token)
    // What is neither pending nor the address by now was cancelled.
    const isOver = !found || !(found.isPending || found.user.email === found.newEmail)
    const change = isOver ? null : { oldEmail: found.user.email, newEmail: found.newEmail }
    return reply.page(
      objectToEmailPage({ token, change, isPending: found?.isPending === true }),
      isOver ? 404 : 200,
    )
  }

  scope.get(paths.objectToEmail, { config: { access: 'always' } }, (request, reply) =>
    show(reply, onlyText(request.query, 'token') ?? ''),
  )

  scope.post(paths.objectToEmail, { config: { access: 'always' } }, async (request, reply) => {
    const token = onlyText(request.body, 'token') ?? ''
    if (!(await objectToEmail(signon, actorOf(request), token))) return show(reply, token)
    request.browser.flash('email-change-stopped')
    return reply.redirect(paths.forgottenPassword, 303)
  })
}
