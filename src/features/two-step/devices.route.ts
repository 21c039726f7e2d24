import { shortLondonMoment } from '#domain/london-time.ts'
import { type FactorId, mustUseTwoStep } from '#domain/two-step.ts'
import { NotFound } from '#kernel/failure.ts'
import { rowNumber } from '#kernel/token.ts'
import type { Factor } from '#store/factor-rows.ts'
import { paths } from '#web/paths.ts'
import type { Reply, Request, Routes } from '#web/routes.ts'
import { actorOf, sessionOf } from '#web/session.ts'
import { onlyText } from '#web/urlencoded.ts'
import { type Refused, removeDevice, renewRecoveryCodes } from './change-devices.ts'
import { codeProblem } from './code-problem.ts'
import {
  type ConfirmView,
  confirmPage,
  type DeviceView,
  devicesPage,
  recoveryCodesPage,
} from './devices.page.ts'
import { type FieldProblems, type ShownProblems, shownProblems } from './field-problems.ts'
import { showLocked } from './second-step.route.ts'

/** The devices of a person, and what is done with those that there are. */
export const deviceRoutes: Routes = (scope, signon) => {
  scope.get(paths.devices, async (request, reply) => {
    const { user } = sessionOf(request)
    if (!user.hasSecondFactor) return reply.redirect(paths.twoStepSetUp, 302)
    const view = await signon.read(async ({ secondFactors, passkeys, recoveryCodes, twoStep }) => {
      const apps = await secondFactors.list(user.id)
      const keys = await passkeys.list(user.id)
      // Whoever confirms a change needs the code of an app, so the last one goes after the passkeys.
      const isNeeded = keys.length > 0 || mustUseTwoStep(await twoStep.find(user.id))
      const staysOne = isNeeded && apps.length === 1
      return {
        devices: apps.map((app) =>
          deviceView(app, staysOne ? null : paths.removeDevice.replace(':app', String(app.id))),
        ),
        passkeys: keys.map((key) => deviceView(key, paths.removePasskey.replace(':passkey', String(key.id)))),
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
    return reply.page(confirmPage({ ...removal(app, found.name), ...shownProblems({}) }))
  })

  scope.post(paths.removeDevice, async (request, reply) => {
    const app = appOf(request)
    const result = await removeDevice(signon, actorOf(request), { ...confirmationOf(request), app })
    if (result.outcome !== 'removed')
      return refuse(request, reply, result, removal(app, 'this authenticator app'))
    request.browser.flash('device-removed')
    return reply.redirect(paths.devices, 303)
  })

  scope.get(paths.renewRecoveryCodes, async (request, reply) =>
    sessionOf(request).user.hasSecondFactor
      ? reply.page(confirmPage({ ...renewal, ...shownProblems({}) }))
      : reply.redirect(paths.twoStepSetUp, 302),
  )

  // The codes are in the answer itself, because they are kept nowhere.
  scope.post(paths.renewRecoveryCodes, async (request, reply) => {
    const result = await renewRecoveryCodes(signon, actorOf(request), confirmationOf(request))
    if (result.outcome !== 'made') return refuse(request, reply, result, renewal)
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

type Confirm = Omit<ConfirmView, keyof ShownProblems>

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

/** Shows why a change was refused. */
export const refuse = (request: Request, reply: Reply, refused: Refused, view: Confirm): Reply =>
  refused.outcome === 'locked'
    ? showLocked(request, reply, refused.until)
    : reply.page(confirmPage({ ...view, ...shownProblems(problemsOf(refused)) }), 422)

/** What to say beside which field. */
export const problemsOf = (refused: Exclude<Refused, { readonly outcome: 'locked' }>): FieldProblems => {
  if (refused.outcome === 'wrong password') return { password: 'That is not your password' }
  const problem = codeProblem(refused.why)
  return refused.outcome === 'wrong new code' ? { newCode: problem } : { code: problem }
}

/** What somebody typed to show that it is them. */
export const confirmationOf = (request: Request) => ({
  session: sessionOf(request),
  password: onlyText(request.body, 'password') ?? '',
  code: onlyText(request.body, 'current_code') ?? '',
})

const appOf = ({ params }: Request): FactorId => {
  const text = onlyText(params, 'app') ?? ''
  const id = rowNumber(text)
  if (id === undefined) throw new NotFound('You have no such device.')
  return id as FactorId
}
