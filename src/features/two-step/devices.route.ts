import { shortLondonMoment } from '#domain/london-time.ts'
import { type FactorId, mustUseTwoStep } from '#domain/two-step.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { PasskeyVerifier } from '#outside/webauthn.ts'
import type { Factor } from '#store/factor-rows.ts'
import { paths } from '#web/paths.ts'
import type { Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { removeDevice, renewRecoveryCodes } from './change-devices.ts'
import { type Confirm, confirmationOf, confirmations } from './confirm.route.ts'
import { type DeviceView, devicesPage, recoveryCodesPage } from './devices.page.ts'

/** The devices of a person, and what is done with those that there are. */
export const deviceRoutes =
  (verifier: PasskeyVerifier): Routes =>
  (scope, signon) => {
    const confirm = confirmations(signon, verifier.relyingParty)

    scope.get(paths.devices, async (request, reply) => {
      const { user } = sessionOf(request)
      if (!user.hasSecondFactor) return reply.redirect(paths.twoStepSetUp, 302)
      const view = await signon.read(async ({ secondFactors, passkeys, recoveryCodes, twoStep }) => {
        const apps = await secondFactors.list(user.id)
        const keys = await passkeys.list(user.id)
        // Passkeys stand beside an app, so the last one goes after them.
        const isNeeded = keys.length > 0 || mustUseTwoStep(await twoStep.find(user.id))
        const staysOne = isNeeded && apps.length === 1
        return {
          devices: apps.map((app) =>
            deviceView(app, staysOne ? null : paths.removeDevice.replace(':app', String(app.id))),
          ),
          passkeys: keys.map((key) =>
            deviceView(key, paths.removePasskey.replace(':passkey', String(key.id))),
          ),
          recoveryCodesLeft: await recoveryCodes.count(user.id),
        }
      })
      return reply.page(devicesPage(view))
    })

    scope.get(paths.removeDevice, async (request, reply) => {
      const app = appOf(request)
      const apps = await signon.single.secondFactors.list(sessionOf(request).user.id)
      const found = apps.find(({ id }) => id === app)
      if (!found) throw new NotFound('You have no such device.')
      return confirm.ask(request, reply, removal(app, found.name))
    })

    scope.post(paths.removeDevice, async (request, reply) => {
      const app = appOf(request)
      const result = await removeDevice(signon, verifier, actorOf(request), {
        ...confirmationOf(request),
        app,
      })
      if (result.outcome !== 'removed')
        return confirm.refuse(request, reply, removal(app, 'this authenticator app'), result)
      request.browser.flash('device-removed')
      return reply.redirect(paths.devices, 303)
    })

    scope.get(paths.renewRecoveryCodes, async (request, reply) =>
      sessionOf(request).user.hasSecondFactor
        ? confirm.ask(request, reply, renewal)
        : reply.redirect(paths.twoStepSetUp, 302),
    )

    // The codes are in the answer itself, because they are kept nowhere.
    scope.post(paths.renewRecoveryCodes, async (request, reply) => {
      const result = await renewRecoveryCodes(signon, verifier, actorOf(request), confirmationOf(request))
      if (result.outcome !== 'made') return confirm.refuse(request, reply, renewal, result)
      const view = { title: 'New recovery codes', codes: result.codes, continuePath: paths.devices }
      return reply.page(recoveryCodesPage(view))
    })
  }

const deviceView = (
  { name, createdAt, lastUsedAt }: Factor<number>,
  removePath: string | null,
): DeviceView => ({
  name,
  added: shortLondonMoment(createdAt),
  lastUsed: lastUsedAt === null ? 'Never' : shortLondonMoment(lastUsedAt),
  removePath,
})

const removal = (app: FactorId, name: string): Confirm => ({
  title: `Remove ${name}`,
  explanation:
    'Its codes will not work any more. You will be signed out everywhere else, and asked for a code the next time that you sign in.',
  button: 'Remove',
  action: paths.removeDevice.replace(':app', String(app)),
  isWarning: true,
})

const renewal: Confirm = {
  title: 'Make new recovery codes',
  explanation: 'Those that you have now will not work any more.',
  button: 'Make new recovery codes',
  action: paths.renewRecoveryCodes,
  isWarning: false,
}

const appOf = ({ params }: Request): FactorId => {
  const text = onlyText(params, 'app') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('You have no such device.')
  return id as FactorId
}
