import { safeReturnAddress } from '#domain/return-address.ts'
import { formTargetsOf } from '#web/form-targets.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type SignInView, signInPage } from './sign-in.page.ts'
import { signIn } from './sign-in.ts'

export const signInRoutes: Routes = (scope, signon) => {
  // The address to go on to is in the page itself: another tab may be on its way to somewhere else.
  const show = (reply: Reply, view: SignInView): Reply =>
    reply.page(signInPage(view), 200, formTargetsOf(view.returnAddress))

  scope.get(paths.signIn, { config: { access: 'public' } }, async ({ session, browser }, reply) => {
    const { returnAddress } = browser
    if (!session) return show(reply, { email: '', problem: null, returnAddress })
    browser.forgetReturn()
    return reply.redirect(returnAddress ?? paths.dashboard, 302)
  })

  scope.post(paths.signIn, { config: { access: 'public' } }, async (request, reply) => {
    const email = onlyText(request.body, 'user[email]') ?? ''
    const password = onlyText(request.body, 'user[password]') ?? ''
    const returnAddress = safeReturnAddress(onlyText(request.body, 'return_to'))
    const result = await signIn(signon, actorOf(request), {
      email,
      password,
      replaces: request.browser.sessionToken,
    })
    if (result.outcome !== 'signed in') return show(reply, { email, problem: result.outcome, returnAddress })
    request.browser.keepSession(result.sessionToken)
    request.browser.forgetReturn()
    return reply.redirect(returnAddress ?? paths.dashboard, 302)
  })
}
