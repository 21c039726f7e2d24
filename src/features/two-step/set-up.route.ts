import { issuerOf, setUpAddress } from '#domain/totp.ts'
import { appNameFault, appNameOf } from '#domain/two-step.ts'
import type { Session } from '#store/sessions.ts'
import type { Signon } from '#store/signon.ts'
import { showLocked } from '#web/locked.ts'
import { paths } from '#web/paths.ts'
import { qrCodeSvg } from '#web/qr-code.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { addDevice } from './change-devices.ts'
import { codeProblem } from './code-problem.ts'
import { confirmationOf, problemsOf } from './confirm.route.ts'
import { addDevicePage, promptPage, recoveryCodesPage, type SetUpView, setUpPage } from './devices.page.ts'
import { type FieldProblems, shownProblems } from './field-problems.ts'
import { secretToSetUp, setUpTwoStep } from './set-up-two-step.ts'

/** Setting up the first authenticator app. */
export const setUpRoutes =
  (environment: string): Routes =>
  (scope, signon) => {
    const view = viewsOf(signon, environment)

    scope.get(paths.twoStepPrompt, { config: { access: 'set-up' } }, async (request, reply) =>
      sessionOf(request).mustSetUpTwoStep
        ? reply.page(promptPage(paths.twoStepSetUp))
        : reply.redirect(paths.dashboard, 302),
    )

    scope.get(paths.twoStepSetUp, { config: { access: 'set-up' } }, async (request, reply) => {
      const session = sessionOf(request)
      if (session.user.hasSecondFactor) return reply.redirect(paths.devices, 302)
      return reply.page(setUpPage(await view(session)))
    })

    scope.post(paths.twoStepSetUp, { config: { access: 'set-up' } }, async (request, reply) => {
      const session = sessionOf(request)
      const { name, code } = typed(request)
      const fault = appNameFault(name)
      if (fault !== undefined) return reply.page(setUpPage(await view(session, name, { name: fault })), 422)
      const result = await setUpTwoStep(signon, actorOf(request), { session, name: appNameOf(name), code })
      if (result.outcome === 'start again') return reply.redirect(paths.twoStepSetUp, 303)
      if (result.outcome === 'wrong')
        return reply.page(setUpPage(await view(session, name, { newCode: codeProblem(result.why) })), 422)
      return showRecoveryCodes(request, reply, result.recoveryCodes)
    })
  }

/** Setting up further ones. */
export const addDeviceRoutes =
  (environment: string): Routes =>
  (scope, signon) => {
    const view = viewsOf(signon, environment)

    scope.get(paths.addDevice, async (request, reply) => {
      const session = sessionOf(request)
      if (!session.user.hasSecondFactor) return reply.redirect(paths.twoStepSetUp, 302)
      return reply.page(addDevicePage(await view(session)))
    })

    scope.post(paths.addDevice, async (request, reply) => {
      const session = sessionOf(request)
      const { name, code: newCode } = typed(request)
      const fault = appNameFault(name)
      if (fault !== undefined)
        return reply.page(addDevicePage(await view(session, name, { name: fault })), 422)
      const result = await addDevice(signon, actorOf(request), {
        ...confirmationOf(request),
        name: appNameOf(name),
        newCode,
      })
      if (result.outcome === 'locked') return showLocked(request, reply, result.until)
      if (result.outcome !== 'added')
        return reply.page(addDevicePage(await view(session, name, problemsOf(result))), 422)
      request.browser.flash('device-added')
      return reply.redirect(paths.devices, 303)
    })
  }

// The codes are in the answer itself, because they are kept nowhere.
const showRecoveryCodes = (request: Request, reply: Reply, codes: readonly string[]): Reply => {
  const { browser } = request
  const continuePath = browser.returnAddress ?? paths.dashboard
  browser.forgetReturn()
  return reply.page(recoveryCodesPage({ title: '2-step verification set up', codes, continuePath }))
}

const viewsOf =
  (signon: Signon, environment: string) =>
  async (session: Session, name = '', problems: FieldProblems = {}): Promise<SetUpView> => {
    const secret = await secretToSetUp(signon, session)
    const address = setUpAddress(environment, session.user.email, secret)
    return {
      qrCode: await qrCodeSvg(address, 'QR code to scan with your authenticator app'),
      secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '),
      issuer: issuerOf(environment),
      email: session.user.email,
      name,
      cancelPath: cancelPathOf(session),
      ...shownProblems(problems),
    }
  }

const cancelPathOf = ({ user, mustSetUpTwoStep }: Session): string | null => {
  if (user.hasSecondFactor) return paths.devices
  return mustSetUpTwoStep ? null : paths.dashboard
}

const typed = ({ body }: Request) => ({
  name: onlyText(body, 'name') ?? '',
  code: onlyText(body, 'code') ?? '',
})
