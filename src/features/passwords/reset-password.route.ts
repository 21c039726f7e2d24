import { newPasswordView } from '#web/new-password.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { forgottenPasswordPage } from './forgotten-password.page.ts'
import { requestReset } from './request-reset.ts'
import { deadLinkPage, type ResetPasswordView, resetPasswordPage } from './reset-password.page.ts'
import { openResetLink, resetPassword, seekResetOwner } from './reset-password.ts'

const access = 'public'

export const resetPasswordRoutes: Routes = (scope, signon) => {
  scope.get(paths.forgottenPassword, { config: { access } }, async ({ session }, reply) =>
    session ? reply.redirect(paths.dashboard, 302) : reply.page(forgottenPasswordPage(null)),
  )

  scope.post(paths.requestReset, { config: { access } }, async (request, reply) => {
    if (request.session) return reply.redirect(paths.dashboard, 302)
    const typed = onlyText(request.body, 'user[email]') ?? ''
    const fault = await requestReset(signon, actorOf(request), typed)
    if (fault !== undefined) return reply.page(forgottenPasswordPage(fault))
    request.browser.flash('reset-requested')
    return reply.redirect(paths.signIn, 302)
  })

  scope.get(paths.resetPassword, { config: { access } }, async (request, reply) => {
    const token = onlyText(request.query, 'reset_password_token') ?? ''
    if (token === '') {
      request.browser.flash('reset-link-incomplete')
      return reply.redirect(paths.signIn, 302)
    }
    const owner =
      request.method === 'HEAD'
        ? await seekResetOwner(signon, token)
        : await openResetLink(signon, actorOf(request), token)
    return show(reply, owner && { token, newPassword: newPasswordView(owner) })
  })

  scope.post(paths.resetPassword, { config: { access } }, async (request, reply) => {
    const token = onlyText(request.body, 'user[reset_password_token]') ?? ''
    const result = await resetPassword(signon, actorOf(request), {
      token,
      password: onlyText(request.body, 'user[password]') ?? '',
      confirmation: onlyText(request.body, 'user[password_confirmation]') ?? '',
    })
    if (result.outcome === 'dead link') return show(reply, undefined)
    if (result.outcome === 'refused')
      return show(reply, { token, newPassword: newPasswordView(result.owner, result.faults) })
    request.browser.flash('password-changed')
    return reply.redirect(paths.signIn, 302)
  })
}

const show = (reply: Reply, view: ResetPasswordView | undefined): Reply =>
  reply.page(view ? resetPasswordPage(view) : deadLinkPage())
