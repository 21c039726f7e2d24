import { requestOptions } from '#domain/passkey-options.ts'
import { safeReturnAddress } from '#domain/return-address.ts'
import { suspendedWords } from '#web/browser.ts'
import { formTargetsOf } from '#web/form-targets.ts'
import { challengeFor } from '#web/passkey-form.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type SignInView, signInPage } from './sign-in.page.ts'
import { signIn } from './sign-in.ts'

const problems = {
  refused:
    'Invalid email or password. Entering an incorrect password 6 times will lock your account for 1 hour.',
  suspended: suspendedWords,
} as const

/** `relyingParty` is the host name that passkeys are bound to. */
export const signInRoutes =
  (relyingParty: string): Routes =>
  (scope, signon) => {
    // The address to go on to is in the page itself: another tab may be on its way to somewhere else.
    const show = (request: Request, reply: Reply, view: Omit<SignInView, 'passkey'>): Reply => {
      const options = requestOptions(relyingParty, challengeFor(signon, 'sign-in', request), [])
      const passkey = {
        kind: 'get',
        action: paths.passkeySignIn,
        options: JSON.stringify(options),
        button: 'Use a passkey instead',
        isSecondary: true,
      } as const
      return reply.page(signInPage({ ...view, passkey }), 200, formTargetsOf(view.returnAddress))
    }

    scope.get(paths.signIn, { config: { access: 'always' } }, async (request, reply) => {
      const { session, browser } = request
      const { returnAddress } = browser
      if (!session) return show(request, reply, { email: '', problem: null, returnAddress })
      browser.forgetReturn()
      return reply.redirect(returnAddress ?? paths.dashboard, 302)
    })

    scope.post(paths.signIn, { config: { access: 'always' } }, async (request, reply) => {
      const { browser } = request
      const email = onlyText(request.body, 'user[email]') ?? ''
      const password = onlyText(request.body, 'user[password]') ?? ''
      const returnAddress = safeReturnAddress(onlyText(request.body, 'return_to'))
      const result = await signIn(signon, actorOf(request), {
        email,
        password,
        presented: { session: browser.sessionToken, rememberedBrowser: browser.rememberedToken },
      })
      if (result.outcome !== 'signed in')
        return show(request, reply, { email, problem: problems[result.outcome], returnAddress })
      browser.keepSession(result.session.token)
      const goal = returnAddress ?? paths.dashboard
      if (result.session.level === 'password') {
        browser.rememberReturn(goal)
        return reply.redirect(paths.twoStepCode, 302)
      }
      browser.forgetReturn()
      return reply.redirect(goal, 302)
    })
  }
