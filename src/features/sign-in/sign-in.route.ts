import { formTargetsOf } from '#web/form-targets.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { allowFormTargets } from '#web/security.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type SignInView, signInPage } from './sign-in.page.ts'
import { signIn } from './sign-in.ts'

export const signInRoutes: Routes = (scope, signon) => {
  const show = (request: Request, reply: Reply, view: SignInView, status = 200): Reply => {
    allowFormTargets(reply, formTargetsOf(request.browser.returnAddress))
    return reply.page(signInPage(view), status)
  }

  scope.get(paths.signIn, { config: { access: 'public' } }, async (request, reply) =>
    request.session
      ? reply.redirect(paths.dashboard, 302)
      : show(request, reply, { email: '', problem: null }),
  )

  scope.post(paths.signIn, { config: { access: 'public' } }, async (request, reply) => {
    const email = onlyText(request.body, 'user[email]') ?? ''
    const password = onlyText(request.body, 'user[password]') ?? ''
    const result = await signIn(signon, actorOf(request), {
      email,
      password,
      replaces: request.browser.sessionToken,
    })
    if (result.outcome === 'refused') return show(request, reply, { email, problem: 'refused' })
    if (result.outcome === 'suspended') return show(request, reply, { email, problem: 'suspended' })
    const goal = request.browser.returnAddress ?? paths.dashboard
    request.browser.keepSession(result.sessionToken)
    request.browser.forgetReturn()
    return reply.redirect(goal, 302)
  })
}
