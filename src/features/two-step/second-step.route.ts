import { signonName } from '#domain/letter.ts'
import { requestOptions } from '#domain/passkey-options.ts'
import { safeReturnAddress } from '#domain/return-address.ts'
import { issuerOf } from '#domain/totp.ts'
import { invariant } from '#kernel/failure.ts'
import { formTargetsOf } from '#web/form-targets.ts'
import { showLocked } from '#web/locked.ts'
import type { Page } from '#web/page.ts'
import { challengeFor, type PasskeyForm } from '#web/passkey-form.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { codeProblem } from './code-problem.ts'
import { passSecondStep } from './pass-second-step.ts'
import { codePage, recoveryCodePage, type SecondStepView } from './second-step.page.ts'

type SecondStepPage = (view: SecondStepView) => Page

const config = { access: 'password' } as const

/** The second step of signing in. The page names the environment, because each has codes of its own. */
export const secondStepRoutes =
  (environment: string, relyingParty: string): Routes =>
  (scope, signon) => {
    const passkeyOf = async (request: Request): Promise<PasskeyForm | null> => {
      const known = await signon.single.passkeys.keysOf(sessionOf(request).user.id)
      if (known.length === 0) return null
      const options = requestOptions(relyingParty, challengeFor(signon, 'second step', request), known)
      const [action, button] = [paths.passkeyStep, 'Use a passkey']
      return { kind: 'get', action, options: JSON.stringify(options), button, isSecondary: true }
    }
    const names = { signonName: signonName({ environment }), issuer: issuerOf(environment) }
    const show = async (
      page: SecondStepPage,
      request: Request,
      reply: Reply,
      view: Pick<SecondStepView, 'problem' | 'returnAddress'>,
    ): Promise<Reply> => {
      const passkey = await passkeyOf(request)
      return reply.page(page({ ...names, passkey, ...view }), 200, formTargetsOf(view.returnAddress))
    }

    const ask =
      (page: SecondStepPage) =>
      async (request: Request, reply: Reply): Promise<Reply> => {
        const { session, browser } = request
        const { returnAddress } = browser
        if (session?.level === 'password') return show(page, request, reply, { problem: null, returnAddress })
        browser.forgetReturn()
        return reply.redirect(returnAddress ?? paths.dashboard, 302)
      }

    const check =
      (page: SecondStepPage) =>
      async (request: Request, reply: Reply): Promise<Reply> => {
        const { session, browser, body } = request
        invariant(session && browser.sessionToken, 'the second step is for people whose password was right')
        const returnAddress = safeReturnAddress(onlyText(body, 'return_to'))
        if (session.level === 'full') return reply.redirect(returnAddress ?? paths.dashboard, 302)
        const result = await passSecondStep(signon, actorOf(request), {
          session,
          sessionToken: browser.sessionToken,
          code: onlyText(body, 'code') ?? '',
        })
        if (result.outcome === 'wrong')
          return show(page, request, reply, { problem: codeProblem(result.why), returnAddress })
        if (result.outcome === 'locked') return showLocked(request, reply, result.until)
        if (result.outcome === 'over') return reply.redirect(paths.signIn, 302)
        browser.keepSession(result.sessionToken)
        browser.keepRemembered(result.rememberedToken)
        browser.forgetReturn()
        return reply.redirect(returnAddress ?? paths.dashboard, 302)
      }

    scope.get(paths.twoStepCode, { config }, ask(codePage))
    scope.post(paths.twoStepCheck, { config }, check(codePage))
    scope.get(paths.recoveryCode, { config }, ask(recoveryCodePage))
    scope.post(paths.recoveryCode, { config }, check(recoveryCodePage))
  }
