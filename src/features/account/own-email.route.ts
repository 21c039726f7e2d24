import { paths } from '#web/paths.ts'
import type { Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { beginEmailChange, cancelEmailChange, resendEmailChange } from './change-own-email.ts'
import { ownEmailPage } from './own-email.page.ts'

export const ownEmailRoutes: Routes = (scope, signon) => {
  scope.get(paths.changeEmail, async (request, reply) => {
    const { id, email } = sessionOf(request).user
    const change = await signon.single.emailChanges.seek(id)
    return reply.page(ownEmailPage({ email, fault: null, pending: change ?? null }))
  })

  scope.post(paths.changeEmail, async (request, reply) => {
    const { user } = sessionOf(request)
    const email = onlyText(request.body, 'user[email]') ?? ''
    const fault = await beginEmailChange(signon, actorOf(request), user.id, email)
    if (fault !== undefined) return reply.page(ownEmailPage({ email, fault, pending: null }))
    return reply.redirect(paths.account, 303)
  })

  scope.post(paths.resendEmailChange, async (request, reply) => {
    const { browser } = request
    const isSent = await resendEmailChange(signon, actorOf(request), sessionOf(request).user.id)
    browser.flash(isSent ? 'email-change-resent' : 'email-change-not-resent')
    return reply.redirect(isSent ? paths.account : paths.changeEmail, 303)
  })

  scope.post(paths.cancelEmailChange, async (request, reply) => {
    const { browser } = request
    await cancelEmailChange(signon, actorOf(request), sessionOf(request).user.id)
    browser.flash('email-change-cancelled')
    return reply.redirect(paths.account, 303)
  })
}
