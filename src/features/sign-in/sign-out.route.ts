import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { signOut } from './sign-out.ts'

export const signOutRoutes: Routes = (scope, signon) => {
  const leave = async (request: Request, reply: Reply): Promise<Reply> => {
    const { browser, session } = request
    if (session && browser.sessionToken) {
      await signOut(signon, actorOf(request), session, browser.sessionToken)
      browser.flash('signed-out')
    }
    browser.forgetSession()
    browser.forgetReturn()
    return reply.redirect(paths.signIn, 302)
  }
  // Applications send browsers here with a plain GET, so it must end the session; a HEAD of it must not.
  scope.get(paths.signOut, { config: { access: 'always' }, exposeHeadRoute: false }, leave)
  // For the same reason the button's form needs no token, which would be stale in a tab that was left open.
  scope.post(paths.signOut, { config: { access: 'always', needsNoToken: true } }, leave)
}
