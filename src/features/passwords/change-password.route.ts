import { showLocked } from '#web/locked.ts'
import { newPasswordView } from '#web/new-password.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { changePasswordPage } from './change-password.page.ts'
import { type ChangePasswordFaults, changePassword } from './change-password.ts'

export const changePasswordRoutes: Routes = (scope, signon) => {
  const show = async (request: Request, reply: Reply, faults: ChangePasswordFaults = {}): Promise<Reply> => {
    const owner = await signon.single.passwords.owner(sessionOf(request).user.id)
    const newPassword = newPasswordView(owner, faults)
    return reply.page(changePasswordPage({ currentFault: faults.current ?? null, newPassword }))
  }

  scope.get(paths.changePassword, (request, reply) => show(request, reply))

  scope.post(paths.changePassword, async (request, reply) => {
    const result = await changePassword(signon, actorOf(request), sessionOf(request), {
      current: onlyText(request.body, 'user[current_password]') ?? '',
      password: onlyText(request.body, 'user[password]') ?? '',
      confirmation: onlyText(request.body, 'user[password_confirmation]') ?? '',
    })
    if (result.outcome === 'refused') return show(request, reply, result.faults)
    if (result.outcome === 'locked') return showLocked(request, reply, result.until)
    request.browser.flash('password-changed')
    return reply.redirect(paths.account, 302)
  })
}
